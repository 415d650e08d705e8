import type Router from "@koa/router";

export interface WellKnown {
  readonly issuer: string;
  /** Seconds that others may keep what is published here. */
  readonly maxAge: number;
  /** The keys to verify access tokens with, as JWKs (RFC 7517). */
  readonly publicKeys: () => object[];
}

/** What others need to verify tokens by themselves: keys (RFC 7517) and metadata (RFC 8414). */
export function wellKnownRoutes(router: Router, { issuer, maxAge, publicKeys }: WellKnown): void {
  const cacheControl = `max-age=${maxAge}`;
  const metadata = {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    introspection_endpoint: `${issuer}/oauth/introspect`,
    introspection_endpoint_auth_methods_supported: ["client_secret_basic"],
    revocation_endpoint: `${issuer}/oauth/revoke`,
    revocation_endpoint_auth_methods_supported: ["none"],
    // required members of which this service has none: it is no authorization server for other applications
    response_types_supported: [],
    grant_types_supported: [],
  };

  router.get("/.well-known/jwks.json", (ctx) => {
    ctx.set("Cache-Control", cacheControl);
    ctx.body = { keys: publicKeys() };
  });

  router.get("/.well-known/oauth-authorization-server", (ctx) => {
    ctx.set("Cache-Control", cacheControl);
    ctx.body = metadata;
  });
}
