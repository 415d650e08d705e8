import { LEGACY_HASHES, moreRounds } from "../../application/flask/legacy-rounds.ts";
import type { MergeSetting } from "../../application/transfer/import-record.ts";
import { ARGON2_COSTS, mergeCosts } from "./argon2-costs.ts";

/**
 * The settings in storage that say something of the data, so that they go where the data goes, and what two
 * storages' values say together. All others belong to one storage.
 */
export const dataSettings: Readonly<Record<string, MergeSetting>> = {
  [ARGON2_COSTS]: mergeCosts,
  [LEGACY_HASHES]: moreRounds,
};
