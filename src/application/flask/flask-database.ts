import type { LegacyRecord } from "../../domain/flask/legacy-user.ts";

/** The Flask server's database. It is read, and never written. */
export interface FlaskDatabase {
  /** How much there is, more or less: for showing how far one has come. */
  count(): Promise<{ readonly users: number; readonly revokedTokens: number }>;
  /**
   * All accounts as they are stored, each once; the accounts whose id is an ObjectId by id upwards. It can be
   * asked for again, and holds a bounded number in memory at a time.
   */
  users(): AsyncIterable<LegacyRecord>;
  /** The ids of all revoked tokens as they are stored, in no order. */
  revokedTokenIds(): AsyncIterable<unknown>;
  close(): Promise<void>;
}
