import { z } from "zod";
import { CLIENT_METHODS } from "../client-secret.ts";
import { FILE_CACHE_CONTROL } from "../content.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import type { Service } from "../service.ts";
import { text } from "./fields.ts";

/** RFC 7517. */
const keySet = z
  .object({ keys: z.array(z.looseObject({ kty: text("EC"), kid: text("k1"), alg: text("ES256") })) })
  .meta({ id: "KeySet" });

/** RFC 8414. */
const metadata = z
  .looseObject({ issuer: text("https://auth.example.com"), jwks_uri: text("https://auth.example.com/…") })
  .meta({ id: "Metadata" });

const apiDescription = z.looseObject({ openapi: text("3.1.0") });

const cached = ({ publishedMaxAge }: Service) => ({ "Cache-Control": `max-age=${publishedMaxAge}` });

const metadataByOAuthName = endpoint({
  call: "GET /.well-known/oauth-authorization-server",
  summary: "Authorization server metadata (RFC 8414)",
  answers: { 200: metadata },
  aliases: (issuerPath) => placesOf("/.well-known/oauth-authorization-server", issuerPath),
  handle: ({ service }) => ({ status: 200, headers: cached(service), body: metadataOf(service.issuer) }),
});

/** Public documents for verifying tokens offline: keys (RFC 7517) and metadata (RFC 8414). */
export const publishedEndpoints = {
  jwks: endpoint({
    call: "GET /.well-known/jwks.json",
    summary: "The public keys for verifying access tokens (RFC 7517)",
    answers: { 200: keySet },
    aliases: (issuerPath) => [`${issuerPath}/.well-known/jwks.json`],
    handle: ({ service }, { publicKeys }: { publicKeys: () => object[] }) => {
      // `kty`, `kid` and `alg` are in every key that the service makes
      const keys = publicKeys() as z.infer<typeof keySet>["keys"];
      return { status: 200, headers: cached(service), body: { keys } };
    },
  }),

  metadata: metadataByOAuthName,

  metadataByOpenIdName: {
    ...metadataByOAuthName,
    call: "GET /.well-known/openid-configuration",
    summary: "The same metadata at the path of OpenID Connect Discovery; this service is no OpenID provider",
    aliases: (issuerPath: string) => placesOf("/.well-known/openid-configuration", issuerPath),
  } satisfies Endpoint,

  description: endpoint({
    call: "GET /openapi.json",
    summary: "This OpenAPI description",
    answers: { 200: { schema: apiDescription, isPrepared: true } },
    handle: async ({ service }) => ({
      status: 200,
      headers: { "Cache-Control": FILE_CACHE_CONTROL },
      content: await service.description(),
    }),
  }),
};

/**
 * Further paths of the metadata for an issuer with a path: before the issuer's path (RFC 8414, section 3.1) and
 * after it (OpenID Connect Discovery 1.0, section 4.1).
 */
function placesOf(place: string, issuerPath: string): string[] {
  return [`${place}${issuerPath}`, `${issuerPath}${place}`];
}

function metadataOf(issuer: string): z.infer<typeof metadata> {
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    introspection_endpoint: `${issuer}/oauth/introspect`,
    introspection_endpoint_auth_methods_supported: CLIENT_METHODS,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    revocation_endpoint_auth_methods_supported: ["none"],
    // This service has no authorization endpoint and no token endpoint, because it issues no tokens to other
    // applications. The first member is required and must not be empty (RFC 8414, sections 2 and 3.2); without
    // the second, clients would assume two grants.
    response_types_supported: ["none"],
    grant_types_supported: [],
  };
}
