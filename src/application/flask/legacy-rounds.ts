import type { SettingsRepository } from "../ports/storage/settings.ts";

/** Says that hashes of the Flask server are in storage, by the most rounds that one of them has. */
export const LEGACY_HASHES = "legacy-hashes";

/** The most rounds of an old hash in storage; 0 where there is none. */
export async function legacyRounds(settings: SettingsRepository): Promise<number> {
  return roundsIn(await settings.find(LEGACY_HASHES));
}

/** Says that hashes with up to so many rounds are in storage: to be done before the first one is. */
export async function raiseLegacyRounds(settings: SettingsRepository, rounds: number): Promise<void> {
  for (;;) {
    const stored = await settings.claim(LEGACY_HASHES, String(rounds));
    if (roundsIn(stored) >= rounds || (await settings.replace(LEGACY_HASHES, stored, String(rounds)))) return;
  }
}

/** What two storages say together. */
export function moreRounds(stored: string, imported: string): string {
  return roundsIn(imported) > roundsIn(stored) ? imported : stored;
}

/** A storage of before this was a number says `none`. */
function roundsIn(stored: string | undefined): number {
  return Number(stored) || 0;
}
