import type { StorageDescriptor } from "./descriptor.ts";
import { lmdb } from "./lmdb.ts";
import { memory } from "./memory.ts";
import { mongodb } from "./mongodb.ts";

/** Every storage by the value of `STORAGE` that chooses it. The first one is the default. */
const ALL = { lmdb, mongodb, memory } satisfies Record<string, StorageDescriptor>;

export type StorageName = keyof typeof ALL;

export const STORAGES: Readonly<Record<StorageName, StorageDescriptor>> = ALL;

export const STORAGE_NAMES = Object.keys(ALL) as [StorageName, ...StorageName[]];

/** The storage for a service whose settings name none. */
export const [DEFAULT_STORAGE] = STORAGE_NAMES;
