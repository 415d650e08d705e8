import { stat } from "node:fs/promises";
import type { Backup } from "../../adapters/cli/backup.ts";
import { sealBackup } from "../../adapters/node/backup-file.ts";
import { assertNoFile, placeWhole } from "../../adapters/node/whole-file.ts";
import type { Config } from "../settings/config.ts";
import type { DirectoryStorage } from "../storages/descriptor.ts";
import { STORAGES } from "../storages/storages.ts";
import { auditOfCommands, startAudit } from "../wiring/audit.ts";
import type { Closers } from "../wiring/closers.ts";
import { reasonsOf, StartError } from "../wiring/start-error.ts";
import { assertStorageExists } from "../wiring/storage.ts";

/** The backup of the configured embedded store, which may be in use meanwhile. */
export function openBackup(config: Config, closers: Closers): Backup {
  return async ({ file, overwrite }) => {
    const { open } = storageInFiles(config);
    await assertStorageExists(config);
    if (!overwrite) await assertNoFile(file).catch(notMade);
    const storage = await open(config.DATA_DIR).catch(notMade);
    closers.push(() => storage.close());
    const audit = startAudit(storage.auditTrail, auditOfCommands);
    closers.push(audit.close);
    const at = new Date();
    await placeWhole(file, { overwrite }, async (draft) => {
      await storage.copyTo(draft);
      await sealBackup(draft, at);
    }).catch(notMade);
    audit.report({ type: "store_backed_up" });
    const keys = await storage.signingKeys.list();
    return { at, bytes: (await stat(file)).size, keys: keys.length };
  };
}

/** The configured storage. @throws StartError if it is not one of files in `DATA_DIR` */
export function storageInFiles({ STORAGE }: Config): DirectoryStorage {
  const storage = STORAGES[STORAGE];
  switch (storage.kind) {
    case "directory":
      return storage;
    case "process":
      throw new StartError(
        `STORAGE=${STORAGE} keeps nothing that could be backed up or restored.`,
        "For a store of files, unset STORAGE and set DATA_DIR.",
      );
    case "server":
      throw new StartError(
        `This is for the embedded store. The configuration names ${storage.title}, which has its own: ${storage.backupTools}.`,
        `How they are called: docs/guides/backup.md. For a store of files, unset ${storage.setting} and set DATA_DIR.`,
      );
  }
}

function notMade(error: Error): never {
  throw new StartError(
    `The backup failed: ${reasonsOf(error)}`,
    "No file was made or changed. Where one is in the way, choose another name, or --force to replace it.",
    error,
  );
}
