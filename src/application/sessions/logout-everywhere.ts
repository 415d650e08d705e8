import { untilApplied } from "../../domain/until-applied.ts";
import type { Clock } from "../ports/clock.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import { type AccessCheckDeps, checkAccessToken } from "../tokens/check-token.ts";
import { type EndEpochDeps, endEpoch, removeEndedSessions } from "./end-epoch.ts";

export interface LogoutEverywhereDeps extends AccessCheckDeps, EndEpochDeps {
  readonly clock: Clock;
  readonly events: SecurityEvents;
}

/**
 * Ends the sessions of the token's user: `all`, or all `others` than the token's own. Resolves to the number of
 * ended sessions. Once it resolves, no session of a login that began earlier is live.
 * @throws AuthError `invalid_token`, `expired_token`, `revoked_token`
 */
export type LogoutEverywhere = (accessToken: string, which: "others" | "all") => Promise<number>;

export function makeLogoutEverywhere(deps: LogoutEverywhereDeps): LogoutEverywhere {
  return (accessToken, which) =>
    untilApplied(async () => {
      const now = deps.clock.now();
      // checked at each attempt, because the change that came first may have revoked the token
      const { claims, user } = await checkAccessToken(deps, accessToken, now);
      const keptSession = which === "others" ? claims.sessionId : undefined;
      if (!(await endEpoch(deps, user, now, { keptSession }))) return false;
      deps.events.report({ type: "sessions_ended", userId: user.id, kept: keptSession, by: "logout" });
      return removeEndedSessions(deps, user, now, keptSession);
    });
}
