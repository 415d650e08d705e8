import { z } from "zod";
import type { RevokeToken } from "../../../application/revocation/revoke-token.ts";
import type { Introspect } from "../../../application/tokens/introspect.ts";
import { FORM_ONLY } from "../body.ts";
import { clientBody } from "../client-secret.ts";
import { endpoint } from "../endpoint.ts";
import { filled, text } from "./fields.ts";

const anyToken = filled.meta({
  description: "An access or a refresh token.",
  example: "eyJhbGciOiJFUzI1NiIs…",
});

/** The OAuth endpoints ignore unknown parameters (RFC 6749, section 3.1). */
const introspectBody = clientBody
  .extend({
    token: anyToken,
    token_type_hint: z.string().optional().meta({
      description: "With `refresh_token`, refresh tokens are active too; otherwise only access tokens are.",
      example: "access_token",
    }),
  })
  .meta({ id: "IntrospectionRequest" });

/** `token_type_hint` is ignored (RFC 7009, section 2.1): the token itself has its type. */
const revokeBody = z.object({ token: anyToken }).meta({ id: "RevocationRequest" });

/** RFC 7662, section 2.2. */
const activeToken = z.looseObject({
  active: z.literal(true),
  username: text("testUser"),
  token_type: z.literal("Bearer"),
  preferred_username: text(
    "testUser",
    "The same value as `username`. In the token itself it is the username at the time of issue.",
  ).optional(),
  auth_time: z.int().optional().meta({
    example: 1_770_005_106,
    description: "When the user last authenticated in the session. Tokens of earlier versions lack it.",
  }),
  amr: z.array(text("pwd", "How, by RFC 8176.")).optional(),
  acr: text("urn:hbtu:1", "One factor.").optional(),
  sub: text("4f6e2f4c-…", "The id of the account."),
  exp: z.int().meta({ example: 1_770_091_506 }),
});

const introspection = z.union([activeToken, z.object({ active: z.literal(false) })]).meta({
  id: "Introspection",
  description: "The claims of an active token; for any other token only `active: false`.",
});

/** The standard endpoints: introspection (RFC 7662) and revocation (RFC 7009). */
export const oauthEndpoints = {
  introspect: endpoint({
    call: "POST /oauth/introspect",
    summary: "Introspect a token (RFC 7662)",
    needs: "client",
    body: introspectBody,
    types: FORM_ONLY,
    answers: { 200: introspection },
    handle: async (
      { body: { token, token_type_hint: hint } },
      { introspect }: { introspect: Introspect },
    ) => {
      const refresh = hint === "refresh_token" ? await introspect(token, "refresh") : undefined;
      const found = refresh ?? (await introspect(token, "access"));
      if (found === undefined) return { status: 200, body: { active: false } };
      const { username, claims } = found;
      const active = { active: true, username, token_type: "Bearer", ...claims };
      // `sub` and `exp` are in every token that the verifier accepts
      return { status: 200, body: active as z.infer<typeof activeToken> };
    },
  }),

  revoke: endpoint({
    call: "POST /oauth/revoke",
    summary: "Revoke an access token, or the session of a refresh token (RFC 7009)",
    body: revokeBody,
    types: FORM_ONLY,
    answers: { 200: null },
    refusals: ["too_many_attempts"],
    handle: async ({ body }, { revokeToken }: { revokeToken: RevokeToken }) => {
      await revokeToken(body.token);
      return { status: 200 };
    },
  }),
};
