import { z } from "zod";
import type { Argon2Cost } from "../../adapters/argon2/password-hasher.ts";
import type { SettingsRepository } from "../../application/ports/storage/settings.ts";
import { untilApplied } from "../../domain/until-applied.ts";

/** The setting in storage that lists the costs of the hashes that may be there, the latest first. */
export const ARGON2_COSTS = "argon2-costs";

/** Each one more makes every login dearer; hashes of still older ones are few. */
const MOST_FORMER_COSTS = 2;

const listSchema = z.array(
  z.object({ memoryKib: z.int().min(8), passes: z.int().min(1), lanes: z.int().min(1) }),
);

/**
 * Puts the cost at the head of the list in storage, and resolves to the former ones on it. `forget` drops
 * those. Any number of processes may do this at once, at costs of their own: none gets lost.
 */
export function keepCost(
  settings: SettingsRepository,
  cost: Argon2Cost,
  former: "keep" | "forget",
): Promise<readonly Argon2Cost[]> {
  return untilApplied(async () => {
    const stored = await settings.claim(ARGON2_COSTS, JSON.stringify([cost]));
    const others = readList(stored).filter((other) => !isSame(other, cost));
    const kept = former === "keep" ? others.slice(0, MOST_FORMER_COSTS) : [];
    const next = JSON.stringify([cost, ...kept]);
    return (next === stored || (await settings.replace(ARGON2_COSTS, stored, next))) && kept;
  });
}

/** The costs that one list has, then those that only the other has. */
export function mergeCosts(list: string, more: string): string {
  const costs = readList(list);
  const others = readList(more).filter((other) => !costs.some((cost) => isSame(cost, other)));
  return others.length === 0 ? list : JSON.stringify([...costs, ...others]);
}

/** What cannot be read is no reason not to start: any hash can be checked without the list, in a time of its own. */
function readList(stored: string): Argon2Cost[] {
  try {
    return listSchema.parse(JSON.parse(stored));
  } catch {
    return [];
  }
}

function isSame(one: Argon2Cost, other: Argon2Cost): boolean {
  return one.memoryKib === other.memoryKib && one.passes === other.passes && one.lanes === other.lanes;
}
