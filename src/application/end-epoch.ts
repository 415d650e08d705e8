import type { User } from "../domain/user.ts";
import { liveSessionsOf, type OwnSessionsDeps } from "./own-sessions.ts";
import type { EpochChanges, UserRepository } from "./ports/users.ts";

export interface EndEpochDeps extends OwnSessionsDeps {
  readonly users: UserRepository;
}

/**
 * Makes a change that ends the user's sessions but for the kept one, and every mailed link, in the one step that raises the epoch,
 * and then tidies. Resolves to how many sessions that lived are ended, or to `undefined` where another such
 * change came first and nothing was done.
 */
export async function endEpoch(
  deps: EndEpochDeps,
  user: User,
  now: Date,
  changes: EpochChanges,
): Promise<number | undefined> {
  if (!(await deps.users.advanceEpoch(user, { ...changes, linksSince: now }))) return undefined;
  // after the step, so that no login that was just in time is missed
  let ended = 0;
  for await (const { id } of liveSessionsOf(deps, user, now)) if (id !== changes.keptSession) ended += 1;
  await deps.sessions.removeEarlier(user.id, user.epoch + 1, changes.keptSession);
  return ended;
}
