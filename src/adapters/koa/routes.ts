import Router from "@koa/router";
import type { Context } from "koa";
import type { Login } from "../../application/login.ts";
import type { Me } from "../../application/me.ts";
import type { Refresh } from "../../application/refresh.ts";
import type { Register } from "../../application/register.ts";
import type { RevokeAccess } from "../../application/revoke-access.ts";
import type { RevokeRefresh } from "../../application/revoke-refresh.ts";
import type { AccessGrant, SessionGrant } from "../../application/session-grant.ts";
import type { Client } from "../../domain/session.ts";
import { bearerToken } from "./bearer.ts";
import { readBody } from "./body.ts";
import { loginBody, registerBody } from "./schemas.ts";

/** The use cases behind the calls. */
export interface UseCases {
  readonly register: Register;
  readonly login: Login;
  readonly refresh: Refresh;
  readonly revokeAccess: RevokeAccess;
  readonly revokeRefresh: RevokeRefresh;
  readonly me: Me;
  /** The keys to verify access tokens with, as JWKs (RFC 7517). */
  readonly publicKeys: () => object[];
}

const JSON_OR_FORM = ["application/json", "application/x-www-form-urlencoded"] as const;

/** Every call and the use case that it is for. */
export function routes(useCases: UseCases): Router {
  const router = new Router({ strict: true, sensitive: true });

  router.post("/api/register", async (ctx) => {
    const body = await readBody(ctx, registerBody, JSON_OR_FORM);
    const grant = await useCases.register({ ...body, client: clientOf(ctx) });
    ctx.status = 201;
    ctx.body = sessionAnswer(grant, `User with email ${grant.email} was created`);
  });

  router.post("/api/login", async (ctx) => {
    const body = await readBody(ctx, loginBody, JSON_OR_FORM);
    const grant = await useCases.login({ ...body, client: clientOf(ctx) });
    ctx.body = sessionAnswer(grant, `Logged in as ${grant.email}`);
  });

  router.register("/api/token/refresh", ["GET", "POST"], async (ctx) => {
    const grant = await useCases.refresh(bearerToken(ctx));
    ctx.body = accessAnswer(grant, `Logged in as ${grant.email}`);
  });

  router.post("/api/logout/access", async (ctx) => {
    await useCases.revokeAccess(bearerToken(ctx));
    ctx.body = { message: "Access token has been Revoked" };
  });

  router.post("/api/logout/refresh", async (ctx) => {
    await useCases.revokeRefresh(bearerToken(ctx));
    ctx.body = { message: "refresh token has been Revoked" };
  });

  router.get("/api/me", async (ctx) => {
    const { id, username, email, createdAt } = await useCases.me(bearerToken(ctx));
    ctx.body = { id, username, email, created_at: createdAt.toISOString() };
  });

  router.get("/.well-known/jwks.json", (ctx) => {
    ctx.set("Cache-Control", "max-age=300");
    ctx.body = { keys: useCases.publicKeys() };
  });

  return router;
}

function accessAnswer(grant: AccessGrant, message: string) {
  return {
    username: grant.username,
    message,
    access_token: grant.accessToken,
    token_type: "Bearer",
    expires_in: grant.expiresIn,
  };
}

function sessionAnswer(grant: SessionGrant, message: string) {
  return { ...accessAnswer(grant, message), refresh_token: grant.refreshToken };
}

function clientOf(ctx: Context): Client {
  return { userAgent: ctx.get("User-Agent"), ip: canonicalIp(ctx.ip) };
}

/** An IPv4 address that arrives mapped into IPv6 is the same client. */
function canonicalIp(ip: string): string {
  return ip.replace(/^::ffff:(?=\d+\.)/i, "");
}
