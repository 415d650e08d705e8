import type { Clock } from "../ports/clock.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import { type AccessCheckDeps, checkAccessToken } from "../tokens/check-token.ts";
import { type EndEpochDeps, endEpoch, tidySessions } from "./end-epoch.ts";

export interface LogoutEverywhereDeps extends AccessCheckDeps, EndEpochDeps {
  readonly clock: Clock;
  readonly events: SecurityEvents;
}

/**
 * Ends the sessions of the token's user: all but the token's own, or that one, too. No session from a login
 * that began before lives once this resolves to how many ended.
 * @throws AuthError `invalid_token`, `expired_token`, `revoked_token`
 */
export type LogoutEverywhere = (accessToken: string, which: "others" | "all") => Promise<number>;

export function makeLogoutEverywhere(deps: LogoutEverywhereDeps): LogoutEverywhere {
  return async (accessToken, which) => {
    for (;;) {
      const now = deps.clock.now();
      const { claims, user } = await checkAccessToken(deps, accessToken, now);
      const keptSession = which === "others" ? claims.sessionId : undefined;
      // another change came first; whether this token outlived it, the next check tells
      if (!(await endEpoch(deps, user, now, { keptSession }))) continue;
      deps.events.report({ type: "sessions_ended", userId: user.id, kept: keptSession, by: "logout" });
      return tidySessions(deps, user, now, keptSession);
    }
  };
}
