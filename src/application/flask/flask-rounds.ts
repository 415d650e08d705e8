import { untilApplied } from "../../domain/until-applied.ts";
import type { StoredValues } from "../ports/storage/stored-values.ts";

/**
 * The stored value that marks hashes of the Flask server in storage. Its value is their largest number of
 * rounds.
 */
export const FLASK_HASHES = "legacy-hashes";

/** The largest number of rounds of an old hash in storage; 0 if there is none. */
export async function flaskRounds(storedValues: StoredValues): Promise<number> {
  return roundsIn(await storedValues.find(FLASK_HASHES));
}

/**
 * Records that storage may have hashes with at most `rounds` rounds. Must be called before the first one is
 * stored.
 */
export async function raiseFlaskRounds(storedValues: StoredValues, rounds: number): Promise<void> {
  await untilApplied(async () => {
    const stored = await storedValues.claim(FLASK_HASHES, String(rounds));
    return roundsIn(stored) >= rounds || storedValues.replace(FLASK_HASHES, stored, String(rounds));
  });
}

/** Merges the values of two storages. */
export function moreRounds(stored: string, imported: string): string {
  return roundsIn(imported) > roundsIn(stored) ? imported : stored;
}

/** Parses the value. Earlier versions wrote `none`. */
function roundsIn(stored: string | undefined): number {
  return Number(stored) || 0;
}
