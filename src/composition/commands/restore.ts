import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Restore } from "../../adapters/cli/backup.ts";
import { unpackBackup } from "../../adapters/node/backup-file.ts";
import { systemClock } from "../../adapters/node/platform.ts";
import { linkNew, syncDirectoryOf } from "../../adapters/node/whole-file.ts";
import { makeEndAll } from "../../application/maintenance/end-all.ts";
import type { Storage } from "../../application/ports/storage/storage.ts";
import type { Config } from "../settings/config.ts";
import { auditOfCommands, startAudit } from "../wiring/audit.ts";
import type { Closers } from "../wiring/closers.ts";
import { adoptSecret, firstSecrets, isOneOf, knownSecrets, secretOf } from "../wiring/secrets.ts";
import { reasonsOf, StartError } from "../wiring/start-error.ts";
import { storageInFiles } from "./backup.ts";

/**
 * The restore into the configured directory, which must hold no store. It works on a draft beside the directory
 * and moves it into place as the last step.
 */
export function openRestore(config: Config, closers: Closers): Restore {
  return async ({ file, choose, warn }) => {
    const { files, open } = storageInFiles(config);
    const { DATA_DIR } = config;
    const [dataFile] = files;
    if (await holdsAny(DATA_DIR, files)) throw directoryNotEmpty(DATA_DIR, files);
    const draft = join(DATA_DIR, `restore-${randomBytes(6).toString("hex")}`);
    await mkdir(draft, { recursive: true, mode: 0o700 }).catch(notRestored);
    closers.push(() => rm(draft, { recursive: true, force: true }));
    const { at } = await unpackBackup(file, join(draft, dataFile)).catch(notRestored);
    const storage = await open(draft).catch(notRestored);
    closers.push(() => storage.close());
    const keys = (await storage.signingKeys.list()).length;
    const retired = await choose({ at, keys });
    const isOwnSecret = await isSecretOf(storage, config);
    if (!isOwnSecret && !retired) throw otherSecret();
    const sessionsEnded = retired ? await endAll(storage, config) : 0;
    if (retired) for (const warning of limitsOf(config, at)) warn(warning);
    const audit = startAudit(storage.auditTrail, auditOfCommands);
    audit.report({ type: "store_restored", backupOf: at.toISOString(), retired });
    await audit.close();
    await storage.close();
    await linkNew(join(draft, dataFile), join(DATA_DIR, dataFile)).catch(notRestored);
    await syncDirectoryOf(join(DATA_DIR, dataFile));
    return { directory: DATA_DIR, at, keys, retired, sessionsEnded, secretChanged: !isOwnSecret };
  };
}

/** Whether the service's secret can open the sealed values in the store. */
async function isSecretOf({ storedValues }: Storage, config: Config): Promise<boolean> {
  const fingerprint = await secretOf(storedValues);
  if (fingerprint === undefined) return true;
  const secrets = await knownSecrets(config);
  return secrets !== undefined && isOneOf(secrets, fingerprint);
}

async function endAll(storage: Storage, config: Config): Promise<number> {
  const { REFRESH_TOKEN_TTL: refreshTokenTtlMs } = config;
  const sessions = await makeEndAll({ ...storage, clock: systemClock, refreshTokenTtlMs })();
  // nothing sealed under another secret is left
  await adoptSecret(storage.storedValues, await firstSecrets(config));
  return sessions;
}

function limitsOf({ JWT_SECRET_KEY, ACCESS_TOKEN_TTL }: Config, at: Date): string[] {
  if (JWT_SECRET_KEY === undefined) return [];
  return [
    `JWT_SECRET_KEY signs access tokens: those given out after ${at.toISOString()} may live until they expire, ${ACCESS_TOKEN_TTL / 1_000} seconds. Start the service later than that, or with another JWT_SECRET_KEY`,
  ];
}

/** Whether a directory has any file of a store, including a damaged one or one in use. */
async function holdsAny(directory: string, files: readonly string[]): Promise<boolean> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names.some((name) => files.includes(name));
}

function directoryNotEmpty(directory: string, files: readonly string[]): StartError {
  return new StartError(
    `There is a store in ${directory} already. Nothing was restored.`,
    `Stop what uses it, move ${files.join(" and ")} out of the way, and keep them. Or restore to another DATA_DIR.`,
  );
}

function notRestored(error: Error): never {
  throw new StartError(
    `Nothing was restored: ${reasonsOf(error)}`,
    "Take a whole file that `connect-auth backup` made, and a DATA_DIR that this user may write and that has room for it.",
    error,
  );
}

function otherSecret(): StartError {
  return new StartError(
    "The backup was made under another SECRET_KEY than the one that is set or in DATA_DIR/secret.key. Nothing was restored.",
    "Set that one, or put its secret.key into DATA_DIR. If it is lost, --retire-keys does without it: everybody logs in again, and second factors are of no use until `connect-auth user reset-factors`.",
  );
}
