import { stat } from "node:fs/promises";
import type { Backup } from "../../adapters/cli/backup.ts";
import { sealBackup } from "../../adapters/lmdb/backup-file.ts";
import { type LmdbStorage, openLmdbStorage } from "../../adapters/lmdb/storage.ts";
import { mustBeFree, placeWhole } from "../../adapters/node/whole-file.ts";
import type { Config } from "../settings/config.ts";
import { auditOfCommands, startAudit } from "../wiring/audit.ts";
import type { Closers } from "../wiring/closers.ts";
import { reasonsOf, StartError } from "../wiring/start-error.ts";
import { mustBeThere } from "../wiring/storage.ts";

/** The backup of the embedded store that the configuration names, whoever uses it meanwhile. */
export function openBackup(config: Config, closers: Closers): Backup {
  return async ({ file, overwrite }) => {
    mustBeEmbedded(config);
    await mustBeThere(config);
    if (!overwrite) await mustBeFree(file).catch(notMade);
    const storage = await openStore(config.DATA_DIR, closers);
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

/** @throws StartError where the storage is not one of files in `DATA_DIR` */
export function mustBeEmbedded({ STORAGE }: Config): void {
  if (STORAGE === "mongodb") {
    throw new StartError(
      "This is for the embedded store. The configuration names MongoDB, which has its own: mongodump and mongorestore.",
      "How they are called: docs/guides/backup.md. For a store of files, unset MONGO_URI and set DATA_DIR.",
    );
  }
  if (STORAGE === "memory") {
    throw new StartError(
      "STORAGE=memory keeps nothing that could be backed up or restored.",
      "For a store of files, unset STORAGE and set DATA_DIR.",
    );
  }
}

async function openStore(directory: string, closers: Closers): Promise<LmdbStorage> {
  const storage = await openLmdbStorage(directory).catch(notMade);
  closers.push(() => storage.close());
  return storage;
}

function notMade(error: Error): never {
  throw new StartError(
    `The backup failed: ${reasonsOf(error)}`,
    "No file was made or changed. Where one is in the way, choose another name, or --force to replace it.",
    error,
  );
}
