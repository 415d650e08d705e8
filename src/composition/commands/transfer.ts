import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ExportJson, ImportJson } from "../../adapters/cli/transfer.ts";
import { openExport } from "../../adapters/json-lines/read.ts";
import { exportText } from "../../adapters/json-lines/write.ts";
import { assertNoFile, writeWhole } from "../../adapters/node/whole-file.ts";
import type { Storage } from "../../application/ports/storage/storage.ts";
import { makeExportStore } from "../../application/transfer/export-store.ts";
import { makeImportStore } from "../../application/transfer/import-store.ts";
import { type Config, ConfigError } from "../settings/config.ts";
import { STORAGES } from "../storages/storages.ts";
import { auditOfCommands, startAudit } from "../wiring/audit.ts";
import type { AuditWriter } from "../wiring/audit-writer.ts";
import type { Closers } from "../wiring/closers.ts";
import { exportedValues } from "../wiring/exported-values.ts";
import { checkSecrets, findSecrets, isOneOf, knownSecrets, secretOf } from "../wiring/secrets.ts";
import { assertSettingsOfService } from "../wiring/service-settings.ts";
import { StartError } from "../wiring/start-error.ts";
import { openExistingStorage, openStorage } from "../wiring/storage.ts";

// Export and import open neither the ring of keys nor the hasher, because both would write their own settings
// and keys into the storage. Both are recorded in the audit trail, which is not exported.

/** The export of the configured storage, which is only read, except for an entry in the audit trail. */
export function openTransferOut(config: Config, closers: Closers): ExportJson {
  return async ({ file, overwrite, keys, progress }) => {
    if (file !== undefined && !overwrite) await assertNoFile(file).catch(notExported);
    const { storage, audit } = await open(config, closers, openExistingStorage);
    const secret = await secretOf(storage.storedValues);
    if (secret === undefined) {
      const kept = STORAGES[config.STORAGE];
      throw new StartError(
        "There is nothing to export: no service was ever started on this storage.",
        `Check ${kept.kind === "server" ? kept.setting : "DATA_DIR"}.`,
      );
    }
    const exportStore = makeExportStore({ ...storage, exportedValues: Object.keys(exportedValues) });
    const { text, counts } = exportText({ keys, secret }, counted(exportStore({ keys }), progress));
    await (file === undefined
      ? pipeline(Readable.from(text), process.stdout, { end: false })
      : writeWhole(file, text, { overwrite })
    ).catch(notExported);
    audit.report({ type: "data_exported", users: counts.user, keys });
    return counts;
  };
}

/** The import into the configured storage. A file is read to its end before anything is written. */
export function openTransferIn(config: Config, closers: Closers): ImportJson {
  return async ({ file, chooseKeys, warn, conflict, progress }) => {
    if (file !== undefined) await readThrough(file).catch(notRead);
    const source = file === undefined ? process.stdin : createReadStream(file);
    closers.push(async () => void source.destroy());
    const { head, records } = await openExport(source).catch(notRead);
    const keys = await chooseKeys(head.keys);
    const known = await knownSecrets(config);
    // a secret that is yet to be generated is another one as well
    if (known === undefined || !isOneOf(known, head.secret)) {
      if (keys) throw otherSecret();
      warn(
        "SECRET_KEY is not that of the export: nobody can refresh, everybody logs in again, and second factors are of no use until `connect-auth user reset-factors`",
      );
    }
    const { storage, audit } = await open(config, closers, openStorage);
    await assertSettingsOfService(storage.storedValues, config);
    await checkSecrets(storage.storedValues, await findSecrets(config, storage.storedValues));
    const importStore = makeImportStore({ ...storage, mergeValues: exportedValues });
    const summary = await importStore(counted(records, progress), { keys, conflict }).catch(stopped);
    audit.report({ type: "data_imported", from: "json", users: summary.user.imported, keys });
    return summary;
  };
}

async function open(
  config: Config,
  closers: Closers,
  openIt: typeof openStorage,
): Promise<{ storage: Storage; audit: AuditWriter }> {
  if (STORAGES[config.STORAGE].kind === "process") {
    throw new ConfigError([`STORAGE=${config.STORAGE} keeps nothing that could be exported or imported`]);
  }
  const { storage } = await openIt(config);
  closers.push(() => storage.close());
  const audit = startAudit(storage.auditTrail, auditOfCommands);
  closers.push(audit.close);
  return { storage, audit };
}

async function readThrough(file: string): Promise<void> {
  const { records } = await openExport(createReadStream(file));
  for await (const _ of records);
}

async function* counted<T>(things: AsyncIterable<T>, progress: (done: number) => void): AsyncGenerator<T> {
  let done = 0;
  for await (const thing of things) {
    yield thing;
    done += 1;
    progress(done);
  }
}

function notExported(error: Error): never {
  throw new StartError(
    `The export failed: ${error.message}`,
    "No file was made or changed. Where one is in the way, choose another name, or --force to replace it.",
    error,
  );
}

function notRead(error: Error): never {
  throw new StartError(
    `This cannot be imported: ${error.message}`,
    "Nothing was written. Take the whole file as `connect-auth export json` made it.",
    error,
  );
}

function stopped(error: Error): never {
  throw new StartError(
    `The import stopped: ${error.message}`,
    "It is incomplete: run it again with the whole export. Records imported so far stay and are skipped then.",
    error,
  );
}

function otherSecret(): StartError {
  return new StartError(
    "The signing keys in the export are sealed under another SECRET_KEY. Nothing was written.",
    "Set the SECRET_KEY of the service that was exported (an embedded store without one has it in DATA_DIR/secret.key), or leave the keys out with --without-keys.",
  );
}
