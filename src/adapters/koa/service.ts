import type { CheckHealth } from "../../application/maintenance/check-health.ts";
import type { IntrospectionClient } from "./client-secret.ts";
import type { Content } from "./content.ts";

/** Whether the service is starting or stopping, or which of its parts work. */
export type Readiness = "starting" | "stopping" | Awaited<ReturnType<CheckHealth>>;

/** What endpoints answer with besides the results of use cases: facts of this service and its settings. */
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
