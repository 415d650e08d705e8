import { AuthError } from "./errors.ts";

/**
 * The default number of attempts of a conditional write. Among racing writers, one wins each round, so that a writer
 * loses at most once to each of the others. More than this many writers at once on one record is a flood.
 */
const MAX_ATTEMPTS = 250;

/**
 * Applies a conditional write (compare-and-set) to a record that others write, too. `attempt` reads the record,
 * decides, and writes only if the record is still as it was read. It resolves to `false` where another write came
 * first, and is then made once more, from the reading on; any other outcome is returned. What it throws ends the
 * attempts.
 * @throws AuthError `storage_unavailable` after `maxAttempts` lost races
 */
export async function untilApplied<T>(
  attempt: () => Promise<T>,
  maxAttempts = MAX_ATTEMPTS,
): Promise<Exclude<T, false>> {
  for (let attempts = 0; attempts < maxAttempts; attempts += 1) {
    const outcome = await attempt();
    if (outcome !== false) return outcome as Exclude<T, false>;
  }
  const cause = new Error(`Another write came first ${maxAttempts} times`);
  throw new AuthError("storage_unavailable", { cause, retryAfter: 1 });
}
