import { untilApplied } from "../../domain/until-applied.ts";
import type { SettingsRepository } from "../ports/storage/settings.ts";

/** Says that hashes of the Flask server are in storage, by the most rounds that one of them has. */
export const LEGACY_HASHES = "legacy-hashes";

/** The most rounds of an old hash in storage; 0 where there is none. */
export async function legacyRounds(settings: SettingsRepository): Promise<number> {
  return roundsIn(await settings.find(LEGACY_HASHES));
}

/** Records that storage may have hashes with at most `rounds` rounds. To be called before the first one is stored. */
export async function raiseLegacyRounds(settings: SettingsRepository, rounds: number): Promise<void> {
  await untilApplied(async () => {
    const stored = await settings.claim(LEGACY_HASHES, String(rounds));
    return roundsIn(stored) >= rounds || settings.replace(LEGACY_HASHES, stored, String(rounds));
  });
}

/** What two storages say together. */
export function moreRounds(stored: string, imported: string): string {
  return roundsIn(imported) > roundsIn(stored) ? imported : stored;
}

/** A storage of before this was a number says `none`. */
function roundsIn(stored: string | undefined): number {
  return Number(stored) || 0;
}
