import type { SigningKeyRepository, StoredSigningKey } from "../../application/ports/storage/signing-keys.ts";
import type { Environment } from "./environment.ts";
import { assertKeys } from "./key.ts";
import type { Stored } from "./stored.ts";

type KeyRecord = Stored<StoredSigningKey>;

/** Signing keys by their place in the ring, which makes the place unique. */
export function lmdbSigningKeys({ database, read, write }: Environment): SigningKeyRepository {
  const signingKeys = database<KeyRecord, [algorithm: string, sequence: number]>("signingKeys");

  // a ring has a handful of keys, so a scan is faster than an index
  const find = (kid: string) => Array.from(signingKeys.getRange()).find(({ value }) => value.kid === kid);

  return {
    async add(key) {
      assertKeys(key.algorithm);
      const record = { ...key, createdAt: key.createdAt.getTime(), activeAt: key.activeAt.getTime() };
      return write(() => {
        if (signingKeys.doesExist([key.algorithm, key.sequence])) return false;
        signingKeys.put([key.algorithm, key.sequence], record);
        return true;
      });
    },
    replacePrivateKey: (kid, expected, next) =>
      write(() => {
        const found = find(kid);
        if (found?.value.sealedPrivateKey !== expected) return false;
        signingKeys.put(found.key, { ...found.value, sealedPrivateKey: next });
        return true;
      }),
    remove: (kid) =>
      write(() => {
        const found = find(kid);
        if (found) signingKeys.remove(found.key);
      }),
    list: () => read(() => Array.from(signingKeys.getRange(), ({ value }) => fromRecord(value))),
  };
}

function fromRecord(record: KeyRecord): StoredSigningKey {
  return {
    ...record,
    createdAt: new Date(record.createdAt),
    activeAt: new Date(record.activeAt),
    // JSON leaves out what is undefined
    sealedPrivateKey: record.sealedPrivateKey,
  };
}
