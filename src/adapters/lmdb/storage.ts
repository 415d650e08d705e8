import type { Storage } from "../../application/ports/storage/storage.ts";
import { lmdbAttempts } from "./attempts.ts";
import { lmdbAuditTrail } from "./audit-trail.ts";
import { type Environment, openEnvironment } from "./environment.ts";
import { lmdbOneTimeTokens } from "./one-time-tokens.ts";
import { lmdbOutbox } from "./outbox.ts";
import { lmdbRevocations } from "./revocations.ts";
import { lmdbSessions } from "./sessions.ts";
import { lmdbSigningKeys } from "./signing-keys.ts";
import { lmdbStoredValues } from "./stored-values.ts";
import { lmdbUsers } from "./users.ts";

/** A store that can be copied while it is in use. */
export interface LmdbStorage extends Storage, Pick<Environment, "copyTo"> {}

/**
 * Opens the store in a directory, which is created if necessary. Several processes on one machine can have it
 * open at once; the directory must not be on a network file system. `failed` is called if the store can no
 * longer be written; no write succeeds from then on.
 */
export async function openLmdbStorage(
  directory: string,
  failed?: (fault: Error) => void,
): Promise<LmdbStorage> {
  const environment = await openEnvironment(directory, failed);
  try {
    return {
      users: lmdbUsers(environment),
      sessions: lmdbSessions(environment),
      revocations: lmdbRevocations(environment),
      signingKeys: lmdbSigningKeys(environment),
      storedValues: lmdbStoredValues(environment),
      attempts: lmdbAttempts(environment),
      oneTimeTokens: lmdbOneTimeTokens(environment),
      outbox: lmdbOutbox(environment),
      auditTrail: lmdbAuditTrail(environment),
      copyTo: environment.copyTo,
      ping: environment.ping,
      close: environment.close,
    };
  } catch (error) {
    await environment.close();
    throw new Error(`The store in ${directory} cannot be opened`, { cause: error });
  }
}
