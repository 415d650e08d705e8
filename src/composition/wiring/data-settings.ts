import { FLASK_HASHES, moreRounds } from "../../application/flask/flask-rounds.ts";
import type { MergeSetting } from "../../application/transfer/import-record.ts";
import { ARGON2_COSTS, mergeCosts } from "./argon2-costs.ts";

/**
 * The stored settings that describe the data and are therefore exported with them, each with the function that
 * merges the values of two storages. All other stored settings belong to one storage.
 */
export const dataSettings: Readonly<Record<string, MergeSetting>> = {
  [ARGON2_COSTS]: mergeCosts,
  [FLASK_HASHES]: moreRounds,
};
