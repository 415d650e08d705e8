import { allOf } from "../paging/pages.ts";
import type { RevocationRepository } from "../ports/storage/revocations.ts";
import type { SessionRepository } from "../ports/storage/sessions.ts";
import type { SettingsRepository } from "../ports/storage/settings.ts";
import type { SigningKeyRepository, StoredSigningKey } from "../ports/storage/signing-keys.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import {
  KINDS,
  type Kind,
  type StoredRecord,
  type StoredSetting,
  type StoredThings,
} from "./stored-records.ts";

export interface ExportStoreDeps {
  readonly settings: Pick<SettingsRepository, "find">;
  readonly signingKeys: Pick<SigningKeyRepository, "list">;
  readonly sessions: Pick<SessionRepository, "list">;
  readonly revocations: Pick<RevocationRepository, "list">;
  readonly users: Pick<UserRepository, "list">;
  /** The names of the settings that describe the data; the others belong to one storage. */
  readonly dataSettings: readonly string[];
}

/**
 * All records of a storage that outlive it, in the order of `KINDS` and by id within each kind: equal storages give equal
 * exports. Reads page by page and writes nothing. `keys`: whether the signing keys are included.
 */
export type ExportStore = (options: { readonly keys: boolean }) => AsyncIterable<StoredRecord>;

export function makeExportStore(deps: ExportStoreDeps): ExportStore {
  const read: { readonly [K in Kind]: () => AsyncIterable<StoredThings[K]> } = {
    setting: () => settingsOf(deps),
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

async function* settingsOf({ settings, dataSettings }: ExportStoreDeps): AsyncGenerator<StoredSetting> {
  for (const name of [...dataSettings].sort()) {
    const value = await settings.find(name);
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
