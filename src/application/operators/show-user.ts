import type { Session } from "../../domain/session.ts";
import type { User } from "../../domain/user.ts";
import type { Clock } from "../ports/clock.ts";
import type { AuditTrail } from "../ports/storage/audit-trail.ts";
import { firstOf, liveSessionsOf, type OwnSessionsDeps } from "../sessions/own-sessions.ts";
import { type FindAccountDeps, findAccount } from "../users/find-account.ts";

export interface ShowUserDeps extends FindAccountDeps, OwnSessionsDeps {
  readonly clock: Clock;
  readonly auditTrail: AuditTrail;
}

export interface ShownUser {
  readonly user: User;
  /** The time of the last login in the audit trail. */
  readonly lastLogin: Date | undefined;
  /** The live sessions, the newest first. */
  readonly sessions: readonly Session[];
}

/**
 * Shows an account, found by its id, address or name, with its last login and its live sessions.
 * @throws AuthError `not_found`
 */
export type ShowUser = (who: string) => Promise<ShownUser>;

export function makeShowUser(deps: ShowUserDeps): ShowUser {
  return async (who) => {
    const now = deps.clock.now();
    const user = await findAccount(deps, who);
    const logins = { userId: user.id, kinds: ["login_succeeded"] } as const;
    const [sessions, [login]] = await Promise.all([
      firstOf(liveSessionsOf(deps, user, now), Infinity),
      deps.auditTrail.find(logins, undefined, 1),
    ]);
    return { user, lastLogin: login?.at, sessions };
  };
}
