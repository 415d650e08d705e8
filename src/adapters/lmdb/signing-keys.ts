import type { SigningKeyRepository, StoredSigningKey } from "../../application/ports/signing-keys.ts";
import type { Environment } from "./environment.ts";
import { mustBeKeys } from "./key.ts";

type KeyRecord = Omit<StoredSigningKey, "createdAt" | "activeAt"> & {
  readonly createdAt: number;
  readonly activeAt: number;
};

/** Signing keys by their place in the ring, so that the place itself is what is unique. */
export function lmdbSigningKeys({ database, read, write }: Environment): SigningKeyRepository {
  const signingKeys = database<KeyRecord, [algorithm: string, sequence: number]>("signingKeys");

  return {
    async add(key) {
      mustBeKeys(key.algorithm);
      const record = { ...key, createdAt: key.createdAt.getTime(), activeAt: key.activeAt.getTime() };
      return write(() => {
        if (signingKeys.doesExist([key.algorithm, key.sequence])) return false;
        signingKeys.put([key.algorithm, key.sequence], record);
        return true;
      });
    },
    replacePrivateKey: (kid, expected, next) =>
      write(() => {
        for (const { key: place, value: key } of signingKeys.getRange()) {
          if (key.kid !== kid || key.sealedPrivateKey !== expected) continue;
          signingKeys.put(place, { ...key, sealedPrivateKey: next });
          return true;
        }
        return false;
      }),
    list: () => read(() => Array.from(signingKeys.getRange(), ({ value }) => fromRecord(value))),
  };
}

function fromRecord(record: KeyRecord): StoredSigningKey {
  return { ...record, createdAt: new Date(record.createdAt), activeAt: new Date(record.activeAt) };
}
