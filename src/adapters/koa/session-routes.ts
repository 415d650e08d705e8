import type Router from "@koa/router";
import type { z } from "zod";
import type { EndOwnSession } from "../../application/sessions/end-own-session.ts";
import type { ListedSession, ListSessions } from "../../application/sessions/list-sessions.ts";
import type { Logout } from "../../application/sessions/logout.ts";
import type { LogoutEverywhere } from "../../application/sessions/logout-everywhere.ts";
import type { Refresh } from "../../application/sessions/refresh.ts";
import type { RevokeAccess } from "../../application/sessions/revoke-access.ts";
import type { RevokeRefresh } from "../../application/sessions/revoke-refresh.ts";
import type { sessionList } from "./answers.ts";
import { bearerToken } from "./bearer.ts";
import { accessAnswer, sessionAnswer } from "./token-answers.ts";

export interface SessionUseCases {
  readonly refresh: Refresh;
  readonly revokeAccess: RevokeAccess;
  readonly revokeRefresh: RevokeRefresh;
  readonly logout: Logout;
  readonly logoutEverywhere: LogoutEverywhere;
  readonly listSessions: ListSessions;
  readonly endOwnSession: EndOwnSession;
}

/** Staying in, and getting out. */
export function sessionRoutes(router: Router, useCases: SessionUseCases): void {
  router.register("/api/token/refresh", ["GET", "POST"], async (ctx) => {
    const grant = await useCases.refresh(bearerToken(ctx));
    const message = `Logged in as ${grant.email}`;
    ctx.body = "refreshToken" in grant ? sessionAnswer(grant, message) : accessAnswer(grant, message);
  });

  router.post("/api/logout/access", async (ctx) => {
    await useCases.revokeAccess(bearerToken(ctx));
    ctx.body = { message: "Access token has been Revoked" };
  });

  router.post("/api/logout/refresh", async (ctx) => {
    await useCases.revokeRefresh(bearerToken(ctx));
    ctx.body = { message: "refresh token has been Revoked" };
  });

  router.post("/api/logout", async (ctx) => {
    await useCases.logout(bearerToken(ctx));
    ctx.body = { message: "Logged out" };
  });

  router.post("/api/logout/others", async (ctx) => {
    const ended = await useCases.logoutEverywhere(bearerToken(ctx), "others");
    ctx.body = { message: "All other sessions have ended", sessions_ended: ended };
  });

  router.post("/api/logout/all", async (ctx) => {
    const ended = await useCases.logoutEverywhere(bearerToken(ctx), "all");
    ctx.body = { message: "All sessions have ended", sessions_ended: ended };
  });

  router.get("/api/sessions", async (ctx) => {
    ctx.body = { sessions: (await useCases.listSessions(bearerToken(ctx))).map(sessionEntry) };
  });

  router.delete("/api/sessions/:id", async (ctx) => {
    await useCases.endOwnSession(bearerToken(ctx), ctx.params.id ?? "");
    ctx.status = 204;
  });
}

function sessionEntry(session: ListedSession): z.infer<typeof sessionList>["sessions"][number] {
  return {
    id: session.id,
    created_at: session.createdAt.toISOString(),
    last_used_at: session.lastUsedAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
    user_agent: session.userAgent,
    ip: session.ip,
    current: session.current,
  };
}
