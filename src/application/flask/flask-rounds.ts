import { untilApplied } from "../../domain/until-applied.ts";
import type { SettingsRepository } from "../ports/storage/settings.ts";

/**
 * The stored setting that marks hashes of the Flask server in storage. Its value is their largest number of
 * rounds.
 */
export const FLASK_HASHES = "legacy-hashes";

/** The largest number of rounds of an old hash in storage; 0 if there is none. */
export async function flaskRounds(settings: SettingsRepository): Promise<number> {
  return roundsIn(await settings.find(FLASK_HASHES));
}

/**
 * Records that storage may have hashes with at most `rounds` rounds. Must be called before the first one is
 * stored.
 */
export async function raiseFlaskRounds(settings: SettingsRepository, rounds: number): Promise<void> {
  await untilApplied(async () => {
    const stored = await settings.claim(FLASK_HASHES, String(rounds));
    return roundsIn(stored) >= rounds || settings.replace(FLASK_HASHES, stored, String(rounds));
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
