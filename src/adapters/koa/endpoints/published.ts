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
  summary: "Where everything is (RFC 8414)",
  answers: { 200: metadata },
  aliases: (issuerPath) => placesOf("/.well-known/oauth-authorization-server", issuerPath),
  handle: ({ service }) => ({ status: 200, headers: cached(service), body: metadataOf(service.issuer) }),
});

/** What anybody may read, to verify tokens without asking: keys (RFC 7517) and metadata (RFC 8414). */
export const publishedEndpoints = {
  jwks: endpoint({
    call: "GET /.well-known/jwks.json",
    summary: "The keys to verify access tokens with (RFC 7517)",
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
    summary: "The same under the name that OpenID Connect Discovery has for it; this is no OpenID provider",
    aliases: (issuerPath: string) => placesOf("/.well-known/openid-configuration", issuerPath),
  } satisfies Endpoint,

  description: endpoint({
    call: "GET /openapi.json",
    summary: "This description",
    answers: { 200: { schema: apiDescription, isPrepared: true } },
    handle: async ({ service }) => ({
      status: 200,
      headers: { "Cache-Control": FILE_CACHE_CONTROL },
      content: await service.description(),
    }),
  }),
};

/**
 * Where the metadata of an issuer with a path may be asked for besides: before the path (RFC 8414, section 3.1), and
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
    // This service gives other applications no tokens: it has no authorization endpoint and no token endpoint. The first
    // member is required and must not be empty (RFC 8414, sections 2 and 3.2); without the second, two grants would be assumed.
    response_types_supported: ["none"],
    grant_types_supported: [],
  };
}
