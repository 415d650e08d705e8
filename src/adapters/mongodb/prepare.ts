import { MongoClient } from "mongodb";
import { attemptIndexes } from "./attempts.ts";
import { auditTrailIndexes } from "./audit-trail.ts";
import { guarantees, openingOptions } from "./client-options.ts";
import { ensureIndexes } from "./indexes.ts";
import { oneTimeTokenIndexes } from "./one-time-tokens.ts";
import { outboxIndexes } from "./outbox.ts";
import { revocationIndexes } from "./revocations.ts";
import { sessionIndexes } from "./sessions.ts";
import { userIndexes } from "./user-indexes.ts";

/**
 * Waits for the server and prepares the database for the first request.
 * @throws Error of the driver if the server cannot be used, or one that says what to do about an index
 */
export async function prepareDatabase(uri: string, database: string, waitMs: number): Promise<void> {
  const client = new MongoClient(uri, openingOptions(waitMs));
  try {
    await client.connect();
    const { writeConcern, ...rest } = guarantees;
    const db = client.db(database, { ...rest, writeConcern: { ...writeConcern, wtimeoutMS: 0 } });
    await Promise.all([
      ensureIndexes(db.collection("users"), userIndexes),
      ensureIndexes(db.collection("sessions"), sessionIndexes),
      ensureIndexes(db.collection("revocations"), revocationIndexes),
      ensureIndexes(db.collection("attempts"), attemptIndexes),
      ensureIndexes(db.collection("one_time_tokens"), oneTimeTokenIndexes),
      ensureIndexes(db.collection("outbox"), outboxIndexes),
      ensureIndexes(db.collection("audit_trail"), auditTrailIndexes),
    ]);
  } finally {
    await client.close();
  }
}
