import type { FlaskRecord } from "../../domain/flask/flask-user.ts";

/** The Flask server's database, which is only read. */
export interface FlaskDatabase {
  /** Approximate totals, for showing progress. */
  count(): Promise<{ readonly users: number; readonly revokedTokens: number }>;
  /**
   * All accounts as stored, each once. Accounts whose id is an ObjectId come in ascending order of ids. It can
   * be called again, and holds a bounded number in memory at a time.
   */
  users(): AsyncIterable<FlaskRecord>;
  /** The ids of all revoked tokens as stored, in no order. */
  revokedTokenIds(): AsyncIterable<unknown>;
  close(): Promise<void>;
}
