import type { ServerStorage } from "../storages/descriptor.ts";
import { DEFAULT_STORAGE, STORAGE_NAMES, STORAGES, type StorageName } from "../storages/storages.ts";
import type { Settings } from "./settings.ts";

/** The storage that the settings choose: `STORAGE`, or else the storage whose server is set. */
export function storageOf(settings: Partial<Settings>): StorageName {
  return settings.STORAGE ?? storageNamed(settings) ?? DEFAULT_STORAGE;
}

/** The storage whose server is set. */
function storageNamed(settings: Partial<Settings>): StorageName | undefined {
  return STORAGE_NAMES.find((name) => {
    const storage = STORAGES[name];
    return storage.kind === "server" && settings[storage.setting] !== undefined;
  });
}

/** The location of a storage's server, from its setting. */
export function locationOf({ setting }: ServerStorage, settings: Partial<Settings>): string {
  return settings[setting] ?? "";
}

/** Settings that contradict the chosen storage. */
export function storageFaults(settings: Partial<Settings>, workers: number): string[] {
  const chosen = storageOf(settings);
  const storage = STORAGES[chosen];
  const faults: string[] = [];
  if (storage.kind === "server" && settings[storage.setting] === undefined) {
    faults.push(`STORAGE=${chosen} needs ${storage.setting}`);
  }
  const others = STORAGE_NAMES.filter((name) => name !== chosen).map((name) => STORAGES[name]);
  for (const other of others) {
    if (other.kind === "server" && settings[other.setting] !== undefined) {
      faults.push(`${other.setting} is set and STORAGE=${chosen}: keep one`);
    }
  }
  const oneProcess = singleProcessReason(chosen);
  if (oneProcess !== undefined && workers > 1) {
    faults.push(`WORKERS is above 1 and STORAGE=${chosen}: ${oneProcess}`);
  }
  if (storage.kind === "server" && settings.SECRET_KEY === undefined) {
    faults.push(`SECRET_KEY is needed with ${storage.title}: all processes that share it must have the same`);
  }
  return faults;
}

function singleProcessReason(name: StorageName): string | undefined {
  const storage = STORAGES[name];
  if (storage.kind === "process") return "processes do not share memory";
  if (storage.kind === "server" || storage.isSharedByProcesses) return undefined;
  return "one process at a time can have it open";
}

/** Settings that work but should be changed. */
export function storageWarnings(settings: Partial<Settings>): string[] {
  const name = storageOf(settings);
  return STORAGES[name].kind === "process"
    ? [`STORAGE=${name}: all data is gone when the service stops`]
    : [];
}

/** The faults that the driver of the chosen storage finds in its setting. Connects to nothing. */
export async function driverFaults(settings: Partial<Settings>): Promise<string[]> {
  const storage = STORAGES[storageOf(settings)];
  if (storage.kind !== "server" || settings[storage.setting] === undefined) return [];
  const fault = await storage.faultOf(locationOf(storage, settings));
  return fault === undefined ? [] : [`${storage.setting} cannot be used: ${fault}`];
}
