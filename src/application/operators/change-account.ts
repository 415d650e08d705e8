import type { User } from "../../domain/user.ts";
import type { Clock } from "../ports/clock.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { EpochChanges } from "../ports/storage/users.ts";
import { type EndEpochDeps, endEpoch, removeEndedSessions } from "../sessions/end-epoch.ts";
import type { FindAccountDeps } from "../users/find-account.ts";
import { applyToAccount } from "./apply-to-account.ts";

export interface ChangeAccountDeps extends EndEpochDeps, FindAccountDeps {
  readonly clock: Clock;
  readonly events: SecurityEvents;
}

export interface ChangedAccount {
  /** The account before the change. */
  readonly user: User;
  /** Whether the account was already in the wanted state, so that nothing was done. */
  readonly alreadyApplied: boolean;
  /** The number of live sessions that the change ended. */
  readonly ended: number;
}

/**
 * Makes a change to an account that ends all its sessions, unless `isApplied` says that it was already made.
 * @throws AuthError `not_found`
 */
export function changeAccount(
  deps: ChangeAccountDeps,
  who: string,
  changes: Omit<EpochChanges, "keptSession">,
  isApplied: (user: User) => boolean = () => false,
): Promise<ChangedAccount> {
  return applyToAccount(deps, who, async (user) => {
    if (isApplied(user)) return { user, alreadyApplied: true, ended: 0 };
    const now = deps.clock.now();
    if (!(await endEpoch(deps, user, now, { ...changes, keptSession: undefined }))) return false;
    return { user, alreadyApplied: false, ended: await removeEndedSessions(deps, user, now, undefined) };
  });
}
