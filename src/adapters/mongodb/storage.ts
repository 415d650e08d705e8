import type { Storage } from "../../application/ports/storage/storage.ts";
import { mongoAttempts } from "./attempts.ts";
import { mongoAuditTrail } from "./audit-trail.ts";
import { type CommandListener, openConnection } from "./connection.ts";
import { mongoOneTimeTokens } from "./one-time-tokens.ts";
import { mongoOutbox } from "./outbox.ts";
import { prepareDatabase } from "./prepare.ts";
import { mongoRevocations } from "./revocations.ts";
import { mongoSessions } from "./sessions.ts";
import { mongoSigningKeys } from "./signing-keys.ts";
import { mongoStoredValues } from "./stored-values.ts";
import { readMongoUri } from "./uri.ts";
import { mongoUsers } from "./users.ts";

export interface MongoStorageOptions {
  /** How long to wait for a server that is not up yet, in milliseconds. Default: 10,000. */
  readonly waitMs?: number;
  /** Whether to create the indexes first. Without this, opening writes nothing. Default: true. */
  readonly prepare?: boolean;
  /** Called for each command that serves a call, for measurements. */
  readonly onCommand?: CommandListener;
}

const WAIT_MS = 10_000;

/**
 * Opens the storage in the database that the URI names, or in `connect_auth`. Any number of processes on any
 * number of machines may share it. Its unique indexes exist once this resolves.
 * @throws Error that says what was tried and what to do, without the password
 */
export async function openMongoStorage(uri: string, options: MongoStorageOptions = {}): Promise<Storage> {
  const { hosts, database } = readMongoUri(uri);
  const connection = await connect(uri, database, options).catch((error: Error) => {
    throw new Error(`MongoDB at ${hosts}: ${error.message}`, { cause: error });
  });
  return {
    users: mongoUsers(connection),
    sessions: mongoSessions(connection),
    revocations: mongoRevocations(connection),
    signingKeys: mongoSigningKeys(connection),
    storedValues: mongoStoredValues(connection),
    attempts: mongoAttempts(connection),
    oneTimeTokens: mongoOneTimeTokens(connection),
    outbox: mongoOutbox(connection),
    auditTrail: mongoAuditTrail(connection),
    ping: connection.ping,
    close: connection.close,
  };
}

async function connect(uri: string, database: string, options: MongoStorageOptions) {
  const { waitMs = WAIT_MS, prepare = true, onCommand } = options;
  if (prepare) await prepareDatabase(uri, database, waitMs);
  return openConnection(uri, database, onCommand);
}
