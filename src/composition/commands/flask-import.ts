import { openFlaskDatabase } from "../../adapters/mongodb/flask-database.ts";
import { holdsSecret } from "../../adapters/mongodb/uri.ts";
import { platformEmailRules, systemClock } from "../../adapters/node/platform.ts";
import { passlibPbkdf2 } from "../../adapters/passlib/pbkdf2.ts";
import { type ImportFlask, makeImportFlask } from "../../application/flask/import-flask.ts";
import { type Config, ConfigError } from "../settings/config.ts";
import { auditOfCommands, startAudit } from "../wiring/audit.ts";
import type { Closers } from "../wiring/closers.ts";
import { failClosed } from "../wiring/fail-closed.ts";
import { assertSettingsOfService } from "../wiring/service-settings.ts";
import { StartError } from "../wiring/start-error.ts";
import { openStorage, openStorageToRead } from "../wiring/storage.ts";
import { withRetry } from "../wiring/with-retry.ts";

export interface FlaskImportOptions {
  /** The URI from the command line, which takes precedence over the configuration. */
  readonly from: string | undefined;
  readonly dryRun: boolean;
}

/**
 * Opens the import from the old database into the configured storage, which a dry run does not create. Adds to
 * `closers` what must be closed. @throws ConfigError or StartError
 */
export async function openFlaskImport(
  config: Config,
  closers: Closers,
  { from, dryRun }: FlaskImportOptions,
): Promise<ImportFlask> {
  const uri = from ?? config.FLASK_MONGO_URI;
  if (uri === undefined) throw new ConfigError(["--from or FLASK_MONGO_URI must name the old database"]);
  const source = await openSource(uri, from !== undefined);
  closers.push(() => source.close());
  const { users: accounts, revokedTokens } = await source.count();
  if (accounts + revokedTokens === 0) {
    throw new StartError(
      "The old database has no accounts and no revoked tokens.",
      "Check that the URI names the database that the Flask server used.",
    );
  }
  const { storage } = await (dryRun ? openStorageToRead(config) : openStorage(config));
  closers.push(() => storage.close());
  const { users, revocations, storedValues } = failClosed(storage);
  await assertSettingsOfService(storedValues, config);
  const importFlask = makeImportFlask({
    source,
    clock: systemClock,
    users: withRetry(users),
    revocations: withRetry(revocations),
    storedValues: withRetry(storedValues),
    flaskHashes: passlibPbkdf2,
    ...platformEmailRules,
  });
  if (dryRun) return importFlask;
  const audit = startAudit(storage.auditTrail, auditOfCommands);
  closers.push(audit.close);
  return async (command) => {
    const summary = await importFlask(command);
    audit.report({ type: "data_imported", from: "flask", users: summary.users.imported, keys: false });
    return summary;
  };
}

async function openSource(uri: string, isFromCommandLine: boolean) {
  try {
    if (!isFromCommandLine || !holdsSecret(uri)) return await openFlaskDatabase(uri);
  } catch (error) {
    throw new StartError(
      `The old database cannot be read: ${(error as Error).message}`,
      "Check the URI, that the server runs and can be reached from here, and what its user may read.",
      error,
    );
  }
  throw new ConfigError([
    "--from has a password in it, which everyone on this machine can see: give FLASK_MONGO_URI or FLASK_MONGO_URI_FILE",
  ]);
}
