import type Router from "@koa/router";
import type { RevokeToken } from "../../application/sessions/revoke-token.ts";
import type { Introspect } from "../../application/tokens/introspect.ts";
import { FORM_ONLY, readBody } from "./body.ts";
import { authenticateClient, type IntrospectionClient } from "./client-secret.ts";
import { introspectBody, revokeBody } from "./schemas.ts";

export interface OAuthUseCases {
  readonly introspect: Introspect;
  readonly revokeToken: RevokeToken;
}

/** The standard endpoints: introspection (RFC 7662) and revocation (RFC 7009). */
export function oauthRoutes(
  router: Router,
  useCases: OAuthUseCases,
  clients: readonly IntrospectionClient[],
): void {
  router.post("/oauth/introspect", async (ctx) => {
    await authenticateClient(ctx, clients);
    const { token, token_type_hint: hint } = await readBody(ctx, introspectBody, { types: FORM_ONLY });
    const isRefreshWanted = hint === "refresh_token";
    const found =
      (isRefreshWanted ? await useCases.introspect(token, "refresh") : undefined) ??
      (await useCases.introspect(token, "access"));
    ctx.body = found
      ? { active: true, username: found.username, token_type: "Bearer", ...found.claims }
      : { active: false };
  });

  router.post("/oauth/revoke", async (ctx) => {
    const { token } = await readBody(ctx, revokeBody, { types: FORM_ONLY });
    await useCases.revokeToken(token);
    ctx.status = 200;
    ctx.body = "";
  });
}
