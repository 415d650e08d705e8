import type Router from "@koa/router";
import { CLIENT_METHODS } from "./client-secret.ts";

export interface WellKnown {
  readonly issuer: string;
  /** Seconds that others may keep what is published here. */
  readonly maxAge: number;
  /** The keys to verify access tokens with, as JWKs (RFC 7517). */
  readonly publicKeys: () => object[];
}

/** OpenID Connect Discovery has a name of its own for the document; many libraries ask for that one alone. */
const METADATA_NAMES = ["oauth-authorization-server", "openid-configuration"];

/** What others need to verify tokens by themselves: keys (RFC 7517) and metadata (RFC 8414). */
export function wellKnownRoutes(router: Router, { issuer, maxAge, publicKeys }: WellKnown): void {
  const cacheControl = `max-age=${maxAge}`;
  const metadata = metadataOf(issuer);
  const issuerPath = new URL(issuer).pathname.replace(/\/$/, "");
  const publish = (paths: readonly string[], content: () => object) => {
    for (const path of new Set(paths)) {
      router.get(literal(path), (ctx) => {
        ctx.set("Cache-Control", cacheControl);
        ctx.body = content();
      });
    }
  };

  publish(["/.well-known/jwks.json", `${issuerPath}/.well-known/jwks.json`], () => ({ keys: publicKeys() }));
  for (const name of METADATA_NAMES) publish(placesOf(name, issuerPath), () => metadata);
}

/**
 * Where the metadata of an issuer with a path may be asked for: behind a proxy that takes the path away, before the
 * path (RFC 8414, section 3.1), and after it (OpenID Connect Discovery 1.0, section 4.1).
 */
function placesOf(name: string, issuerPath: string): string[] {
  const place = `/.well-known/${name}`;
  return [place, `${place}${issuerPath}`, `${issuerPath}${place}`];
}

function metadataOf(issuer: string): object {
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    introspection_endpoint: `${issuer}/oauth/introspect`,
    introspection_endpoint_auth_methods_supported: CLIENT_METHODS,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    revocation_endpoint_auth_methods_supported: ["none"],
    // This service gives other applications no tokens: it has no authorization endpoint and no token endpoint. The first
    // member is required and must not be empty (RFC 8414, sections 2 and 3.2); without the second, two grants would be assumed.
    response_types_supported: ["none"],
    grant_types_supported: [],
  };
}

/** The path with nothing in it that the router would take for a parameter or a group. */
function literal(path: string): string {
  return path.replace(/[{}()[\]+?!:*\\]/g, "\\$&");
}
