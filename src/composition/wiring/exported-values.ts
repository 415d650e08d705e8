import { FLASK_HASHES, moreRounds } from "../../application/flask/flask-rounds.ts";
import type { MergeValues } from "../../application/transfer/import-record.ts";
import { ARGON2_COSTS, mergeCosts } from "./argon2-costs.ts";

/**
 * The stored values that describe the data and are therefore exported with them, each with the function that
 * merges the values of two storages. All others belong to one storage.
 */
export const exportedValues: Readonly<Record<string, MergeValues>> = {
  [ARGON2_COSTS]: mergeCosts,
  [FLASK_HASHES]: moreRounds,
};
