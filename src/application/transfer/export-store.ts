import { allOf } from "../paging/pages.ts";
import type { RevocationRepository } from "../ports/storage/revocations.ts";
import type { SessionRepository } from "../ports/storage/sessions.ts";
import type { SettingsRepository } from "../ports/storage/settings.ts";
import type { SigningKeyRepository, StoredSigningKey } from "../ports/storage/signing-keys.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import type { StoredRecord } from "./stored-records.ts";

export interface ExportStoreDeps {
  readonly settings: Pick<SettingsRepository, "find">;
  readonly signingKeys: Pick<SigningKeyRepository, "list">;
  readonly sessions: Pick<SessionRepository, "list">;
  readonly revocations: Pick<RevocationRepository, "list">;
  readonly users: Pick<UserRepository, "list">;
  /** The names of the settings that say something of the data; the others belong to one storage. */
  readonly dataSettings: readonly string[];
}

/**
 * All that a storage keeps for good, in the order of `KINDS` and of ids within each: equal storages give equal
 * exports. Reads page by page and writes nothing. Signing keys go along where that is asked.
 */
export type ExportStore = (options: { readonly keys: boolean }) => AsyncIterable<StoredRecord>;

export function makeExportStore(deps: ExportStoreDeps): ExportStore {
  return async function* ({ keys }) {
    for (const name of [...deps.dataSettings].sort()) {
      const value = await deps.settings.find(name);
      if (value !== undefined) yield { kind: "setting", value: { name, value } };
    }
    const ring = keys ? await deps.signingKeys.list() : [];
    for (const value of ring.sort(byPlace)) yield { kind: "signing_key", value };
    for await (const value of allOf(deps.sessions.list, ({ id }) => id)) yield { kind: "session", value };
    for await (const value of allOf(deps.revocations.list, ({ key }) => key)) {
      yield { kind: "revocation", value };
    }
    for await (const value of allOf(deps.users.list, ({ id }) => id)) yield { kind: "user", value };
  };
}

function byPlace(a: StoredSigningKey, b: StoredSigningKey): number {
  if (a.algorithm !== b.algorithm) return a.algorithm < b.algorithm ? -1 : 1;
  return a.sequence - b.sequence;
}
