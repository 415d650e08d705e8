import type { CheckHealth } from "../../application/maintenance/check-health.ts";
import type { IntrospectionClient } from "./client-secret.ts";
import type { Content } from "./content.ts";

/** The state of the service: starting, stopping, or the health of its parts. */
export type Readiness = "starting" | "stopping" | Awaited<ReturnType<CheckHealth>>;

/** Facts of this service and its settings that endpoints answer with. */
export interface Service {
  /** The name of the package, and its version. */
  readonly version: { readonly name: string; readonly version: string };
  readonly readiness: () => Promise<Readiness>;
  readonly issuer: string;
  /** How long caches may keep the published keys and metadata, in seconds. */
  readonly publishedMaxAge: number;
  readonly introspectionClients: readonly IntrospectionClient[];
  /** The description of all endpoints (OpenAPI 3.1). */
  readonly description: () => Promise<Content>;
}
