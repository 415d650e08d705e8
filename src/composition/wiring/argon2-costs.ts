import { z } from "zod";
import type { Argon2Cost } from "../../adapters/argon2/driver.ts";
import type { StoredValues } from "../../application/ports/storage/stored-values.ts";
import { untilApplied } from "../../domain/until-applied.ts";

/** The stored value that lists the costs of the hashes that may be stored, the latest first. */
export const ARGON2_COSTS = "argon2-costs";

/** Each further cost makes every login more expensive, and hashes at still older costs are few. */
const MAX_FORMER_COSTS = 2;

const listSchema = z.array(
  z.object({ memoryKib: z.int().min(8), passes: z.int().min(1), lanes: z.int().min(1) }),
);

/**
 * Puts the cost at the head of the stored list and resolves to the former costs in it. `forget` drops those.
 * Several processes may do this concurrently with different costs: none is lost.
 */
export function keepCost(
  storedValues: StoredValues,
  cost: Argon2Cost,
  former: "keep" | "forget",
): Promise<readonly Argon2Cost[]> {
  return untilApplied(async () => {
    const stored = await storedValues.claim(ARGON2_COSTS, JSON.stringify([cost]));
    const others = readList(stored).filter((other) => !isSame(other, cost));
    const kept = former === "keep" ? others.slice(0, MAX_FORMER_COSTS) : [];
    const next = JSON.stringify([cost, ...kept]);
    return (next === stored || (await storedValues.replace(ARGON2_COSTS, stored, next))) && kept;
  });
}

/** Merges two lists: the costs of the first, then those that only the second has. */
export function mergeCosts(list: string, more: string): string {
  const costs = readList(list);
  const others = readList(more).filter((other) => !costs.some((cost) => isSame(cost, other)));
  return others.length === 0 ? list : JSON.stringify([...costs, ...others]);
}

/**
 * Unreadable entries are ignored and do not prevent a start: a hash can be verified without the list, but its
 * duration then differs.
 */
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
