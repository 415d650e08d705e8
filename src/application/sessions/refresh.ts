import { AuthError } from "../../domain/errors.ts";
import { lacksSecondFactor } from "../../domain/factors/factors.ts";
import { keptUntil, revocationKey } from "../../domain/revocation.ts";
import { isUseDue, type Rotation, type Session, standingOf } from "../../domain/session.ts";
import { untilApplied } from "../../domain/until-applied.ts";
import type { RateLimiter } from "../limits/rate-limiter.ts";
import { type NoticeDeps, notify } from "../mail/send-later.ts";
import type { Clock } from "../ports/clock.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import { checkRefreshToken, type LiveRefresh, type RefreshCheckDeps } from "../tokens/check-token.ts";
import { endSession } from "./end-session.ts";
import {
  type AccessGrant,
  type GrantDeps,
  grantAccess,
  grantSession,
  type SessionGrant,
} from "./session-grant.ts";

export interface RefreshDeps extends GrantDeps, RefreshCheckDeps, NoticeDeps {
  readonly clock: Clock;
  readonly events: SecurityEvents;
  readonly rotation: Rotation;
  /** The limit on refreshes of one session. */
  readonly refreshRateLimiter: RateLimiter;
}

/**
 * Issues a new access token and, with rotation, the next refresh token; without it the refresh token stays
 * valid. With rotation the previous refresh token yields the same next one within the grace period. An earlier
 * one counts as stolen and ends the session (RFC 9700, section 4.14.2).
 * @throws AuthError `invalid_token`, `expired_token`, `revoked_token`, `reused_token`, `second_factor_required`,
 * `too_many_attempts`, `signing_key_not_yet_valid`
 */
export type Refresh = (refreshToken: string) => Promise<AccessGrant | SessionGrant>;

export function makeRefresh(deps: RefreshDeps): Refresh {
  return async (refreshToken) => {
    const now = deps.clock.now();
    deps.issuer.assertCanSign(now);
    return untilApplied(async () => {
      // checked at each attempt: after another rotation this token is one of an earlier generation
      const live = await checkRefreshToken(deps, refreshToken, now);
      deps.refreshRateLimiter.admit(live.session.id, now);
      if (lacksSecondFactor(live.session, live.user.factors)) throw new AuthError("second_factor_required");
      const session = await stepOf(deps, live, now);
      if (session === undefined) return false;
      deps.events.report({ type: "token_refreshed", userId: live.user.id, sessionId: session.id });
      const grant = deps.rotation ? grantSession : grantAccess;
      return grant(deps, live.user, session, now);
    });
  };
}

/**
 * The session to issue tokens for, after a rotation if one is due; `undefined` if another rotation came first.
 */
async function stepOf(deps: RefreshDeps, live: LiveRefresh, now: Date): Promise<Session | undefined> {
  const { claims, session } = live;
  const standing = standingOf(session, claims.generation, now, deps.rotation);
  switch (standing) {
    case "newest":
      if (deps.rotation) return deps.sessions.advance(session.id, session.generation, now);
      if (isUseDue(session, now)) await deps.sessions.touch(session.id, now);
      return session;
    case "repeated":
      return session;
    case "superseded":
      throw new AuthError("revoked_token");
    case "reused":
      return endStolen(deps, live);
  }
}

async function endStolen(deps: RefreshDeps, { claims, session, user }: LiveRefresh): Promise<never> {
  await deps.revocations.add(revocationKey.theft(session.id), keptUntil(session.expiresAt));
  await endSession(deps, session);
  deps.events.report({
    type: "refresh_token_reused",
    userId: user.id,
    sessionId: session.id,
    cause: claims.generation === session.generation - 1 ? "after_grace" : "older_generation",
  });
  await notify(deps, "session_stolen", user);
  throw new AuthError("reused_token");
}
