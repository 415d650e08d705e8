import type { Session } from "../domain/session.ts";
import type { User } from "../domain/user.ts";
import { type FindAccountDeps, findAccount } from "./find-account.ts";
import { liveSessionsOf, type OwnSessionsDeps } from "./own-sessions.ts";
import type { Clock } from "./ports/clock.ts";

export interface ShowUserDeps extends FindAccountDeps, OwnSessionsDeps {
  readonly clock: Clock;
}

export interface ShownUser {
  readonly user: User;
  /** Those that live, the latest begun first. */
  readonly sessions: readonly Session[];
}

/**
 * An account, meant by its id, address or name, and its live sessions.
 * @throws AuthError `not_found`
 */
export type ShowUser = (who: string) => Promise<ShownUser>;

export function makeShowUser(deps: ShowUserDeps): ShowUser {
  return async (who) => {
    const now = deps.clock.now();
    const user = await findAccount(deps, who);
    return { user, sessions: await liveSessionsOf(deps, user, now) };
  };
}
