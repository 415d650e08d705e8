import { z } from "zod";
import type { RevokeAccess } from "../../../application/revocation/revoke-access.ts";
import type { RevokeRefresh } from "../../../application/revocation/revoke-refresh.ts";
import type { EndOwnSession } from "../../../application/sessions/end-own-session.ts";
import type { ListedSession, ListSessions } from "../../../application/sessions/list-sessions.ts";
import type { Logout } from "../../../application/sessions/logout.ts";
import type { LogoutEverywhere } from "../../../application/sessions/logout-everywhere.ts";
import type { Refresh } from "../../../application/sessions/refresh.ts";
import { says } from "../answers.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { moment, sessionsEnded, text } from "./fields.ts";
import { accessAnswer, accessGrant, loggedInAs, sessionAnswer, sessionGrant } from "./grants.ts";

const refreshGrant = z.union([sessionGrant, accessGrant]).meta({
  description: "With REFRESH_ROTATION=true it has a `refresh_token`, which replaces the one that was sent.",
});

const session = z
  .object({
    id: text("0b9c1f0e-3d1b-4a53-9c83-7f1f6f1f1b7e", "The `sid` of its tokens."),
    created_at: moment("When it began."),
    last_used_at: moment("When it last logged in or refreshed."),
    expires_at: moment("When it expires."),
    user_agent: text("Mozilla/5.0 …", "The User-Agent at its login, cut at 256 characters."),
    ip: text("192.0.2.1", "The address at its login."),
    current: z.boolean().meta({ description: "Whether it is the session of the token that was sent." }),
  })
  .meta({ id: "Session" });

const sessionList = z
  .object({ sessions: z.array(session).max(100).meta({ description: "The newest first." }) })
  .meta({ id: "SessionList" });

const refresh = endpoint({
  call: "POST /api/token/refresh",
  summary: "Get a new access token",
  needs: "refresh",
  answers: { 200: refreshGrant },
  refusals: ["reused_token", "second_factor_required", "too_many_attempts", "signing_key_not_yet_valid"],
  handle: async ({ token }, { refresh }: { refresh: Refresh }) => {
    const grant = await refresh(token);
    const message = loggedInAs(grant.email);
    const isRotated = "refreshToken" in grant;
    return { status: 200, body: isRotated ? sessionAnswer(grant, message) : accessAnswer(grant, message) };
  },
});

/** Refreshing, listing and ending sessions. */
export const sessionEndpoints = {
  refresh,

  refreshByGet: {
    ...refresh,
    call: "GET /api/token/refresh",
    summary: "Get a new access token by GET, as the app's front end does",
  } satisfies Endpoint,

  logout: endpoint({
    call: "POST /api/logout",
    summary: "End this session; an expired token is accepted",
    needs: "either",
    answers: { 200: says("Logged out") },
    handle: async ({ token }, { logout }: { logout: Logout }) => {
      await logout(token);
      return { status: 200 };
    },
  }),

  logoutAccess: endpoint({
    call: "POST /api/logout/access",
    summary: "Revoke this access token",
    needs: "access",
    answers: { 200: says("Access token has been Revoked") },
    refusals: ["too_many_attempts"],
    handle: async ({ token }, { revokeAccess }: { revokeAccess: RevokeAccess }) => {
      await revokeAccess(token);
      return { status: 200 };
    },
  }),

  logoutRefresh: endpoint({
    call: "POST /api/logout/refresh",
    summary: "Revoke this session's refresh token; its access tokens stay valid",
    needs: "refresh",
    answers: { 200: says("refresh token has been Revoked") },
    refusals: ["reused_token"],
    handle: async ({ token }, { revokeRefresh }: { revokeRefresh: RevokeRefresh }) => {
      await revokeRefresh(token);
      return { status: 200 };
    },
  }),

  logoutOthers: endpoint({
    call: "POST /api/logout/others",
    summary: "End all other sessions",
    needs: "access",
    answers: { 200: says("All other sessions have ended", { sessions_ended: sessionsEnded }) },
    handle: async ({ token }, { logoutEverywhere }: { logoutEverywhere: LogoutEverywhere }) => {
      return { status: 200, body: { sessions_ended: await logoutEverywhere(token, "others") } };
    },
  }),

  logoutAll: endpoint({
    call: "POST /api/logout/all",
    summary: "End all sessions, including this one",
    needs: "access",
    answers: { 200: says("All sessions have ended", { sessions_ended: sessionsEnded }) },
    handle: async ({ token }, { logoutEverywhere }: { logoutEverywhere: LogoutEverywhere }) => {
      return { status: 200, body: { sessions_ended: await logoutEverywhere(token, "all") } };
    },
  }),

  sessions: endpoint({
    call: "GET /api/sessions",
    summary: "One's sessions",
    needs: "access",
    answers: { 200: sessionList },
    handle: async ({ token }, { listSessions }: { listSessions: ListSessions }) => {
      return { status: 200, body: { sessions: (await listSessions(token)).map(sessionAnswerOf) } };
    },
  }),

  endSession: endpoint({
    call: "DELETE /api/sessions/{id}",
    summary: "End one of the user's sessions",
    needs: "access",
    answers: { 204: null },
    refusals: ["not_found"],
    handle: async ({ token, params }, { endOwnSession }: { endOwnSession: EndOwnSession }) => {
      await endOwnSession(token, params.id);
      return { status: 204 };
    },
  }),
};

function sessionAnswerOf(listed: ListedSession): z.infer<typeof session> {
  return {
    id: listed.id,
    created_at: listed.createdAt.toISOString(),
    last_used_at: listed.lastUsedAt.toISOString(),
    expires_at: listed.expiresAt.toISOString(),
    user_agent: listed.userAgent,
    ip: listed.ip,
    current: listed.current,
  };
}
