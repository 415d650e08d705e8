import { allOf } from "../paging/pages.ts";
import type { RevocationRepository } from "../ports/storage/revocations.ts";
import type { SessionRepository } from "../ports/storage/sessions.ts";
import type { SigningKeyRepository, StoredSigningKey } from "../ports/storage/signing-keys.ts";
import type { StoredValues } from "../ports/storage/stored-values.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import { KINDS, type Kind, type RecordTypes, type StoredRecord, type StoredValue } from "./stored-records.ts";

export interface ExportStoreDeps {
  readonly storedValues: Pick<StoredValues, "find">;
  readonly signingKeys: Pick<SigningKeyRepository, "list">;
  readonly sessions: Pick<SessionRepository, "list">;
  readonly revocations: Pick<RevocationRepository, "list">;
  readonly users: Pick<UserRepository, "list">;
  /** The names of the stored values that describe the data; all others belong to one storage. */
  readonly exportedValues: readonly string[];
}

/**
 * All records of a storage that outlive it, in the order of `KINDS` and by id within each kind: equal storages give equal
 * exports. Reads page by page and writes nothing. `keys`: whether the signing keys are included.
 */
export type ExportStore = (options: { readonly keys: boolean }) => AsyncIterable<StoredRecord>;

export function makeExportStore(deps: ExportStoreDeps): ExportStore {
  const read: { readonly [K in Kind]: () => AsyncIterable<RecordTypes[K]> } = {
    setting: () => valuesOf(deps),
    signing_key: () => keysOf(deps),
    session: () => allOf(deps.sessions.list, ({ id }) => id),
    revocation: () => allOf(deps.revocations.list, ({ key }) => key),
    user: () => allOf(deps.users.list, ({ id }) => id),
  };
  return async function* ({ keys }) {
    for (const kind of KINDS) {
      if (kind === "signing_key" && !keys) continue;
      for await (const value of read[kind]()) yield { kind, value } as StoredRecord;
    }
  };
}

async function* valuesOf({ storedValues, exportedValues }: ExportStoreDeps): AsyncGenerator<StoredValue> {
  for (const name of [...exportedValues].sort()) {
    const value = await storedValues.find(name);
    if (value !== undefined) yield { name, value };
  }
}

async function* keysOf({ signingKeys }: ExportStoreDeps): AsyncGenerator<StoredSigningKey> {
  yield* (await signingKeys.list()).sort(byPlace);
}

function byPlace(a: StoredSigningKey, b: StoredSigningKey): number {
  if (a.algorithm !== b.algorithm) return a.algorithm < b.algorithm ? -1 : 1;
  return a.sequence - b.sequence;
}
