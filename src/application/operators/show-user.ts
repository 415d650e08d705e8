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
  /** When the last login began that the audit trail still has. */
  readonly lastLogin: Date | undefined;
  /** Those that live, the latest begun first. */
  readonly sessions: readonly Session[];
}

/**
 * An account, when somebody last logged in, and its live sessions. The account is meant by its id, address or name.
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
