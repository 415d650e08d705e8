import type { StorageDescriptor } from "./descriptor.ts";
import { lmdb } from "./lmdb.ts";
import { memory } from "./memory.ts";
import { mongodb } from "./mongodb.ts";

/** Every storage, by its value of `STORAGE`. The first one is the default. */
const ALL = { lmdb, mongodb, memory } satisfies Record<string, StorageDescriptor>;

export type StorageName = keyof typeof ALL;

export const STORAGES: Readonly<Record<StorageName, StorageDescriptor>> = ALL;

export const STORAGE_NAMES = Object.keys(ALL) as [StorageName, ...StorageName[]];

/** The storage that is used if the settings choose none. */
export const [DEFAULT_STORAGE] = STORAGE_NAMES;
