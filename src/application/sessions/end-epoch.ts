import type { User } from "../../domain/user.ts";
import type { EpochChanges, UserRepository } from "../ports/storage/users.ts";
import { liveSessionsOf, type OwnSessionsDeps } from "./own-sessions.ts";

export interface EndEpochDeps extends OwnSessionsDeps {
  readonly users: UserRepository;
}

/**
 * Makes a change that ends every mailed link and the user's sessions, except the kept one, in the one step that
 * raises the epoch. Resolves to `false` if another change came first. The records of the ended sessions are
 * removed by `removeEndedSessions`, after the change was reported, since that may fail.
 */
export function endEpoch(
  { users }: Pick<EndEpochDeps, "users">,
  user: User,
  now: Date,
  changes: EpochChanges,
): Promise<boolean> {
  return users.advanceEpoch(user, { ...changes, linksSince: now });
}

/**
 * Removes the sessions that ended with the user's epoch. Resolves to the number of them that were live until
 * then.
 */
export async function removeEndedSessions(
  deps: EndEpochDeps,
  user: User,
  now: Date,
  keptSession: string | undefined,
): Promise<number> {
  let ended = 0;
  // counted after the step, so that no concurrent login is missed
  for await (const { id } of liveSessionsOf(deps, user, now)) if (id !== keptSession) ended += 1;
  await deps.sessions.removeEarlier(user.id, user.epoch + 1, keptSession);
  return ended;
}
