import type { UpdateFilter } from "mongodb";
import type { SigningKeyRepository, StoredSigningKey } from "../../application/ports/storage/signing-keys.ts";
import type { Connection } from "./connection.ts";
import { assertStorable, insertOnce, isDuplicateKey, isStorable } from "./documents.ts";

type KeyDocument = Omit<StoredSigningKey, "sealedPrivateKey"> & {
  readonly _id: string;
  readonly sealedPrivateKey?: string | undefined;
};

/** Signing keys by their place in the ring, which makes the place unique. */
export function mongoSigningKeys({ collection, call }: Connection): SigningKeyRepository {
  const signingKeys = collection<KeyDocument>("signing_keys");

  return {
    add: (key) =>
      call(async () => {
        assertStorable(key.algorithm, key.kid);
        try {
          await insertOnce(signingKeys, { _id: `${key.algorithm}:${key.sequence}`, ...key });
          return true;
        } catch (error) {
          if (isDuplicateKey(error)) return false;
          throw error;
        }
      }),
    replacePrivateKey: (kid, expected, next) =>
      call(async () => {
        if (!isStorable(kid)) return false;
        const change: UpdateFilter<KeyDocument> =
          next === undefined ? { $unset: { sealedPrivateKey: true } } : { $set: { sealedPrivateKey: next } };
        const { matchedCount } = await signingKeys.updateOne({ kid, sealedPrivateKey: expected }, change);
        return matchedCount === 1;
      }),
    remove: (kid) =>
      call(async () => {
        if (isStorable(kid)) await signingKeys.deleteOne({ kid });
      }),
    list: () => call(async () => (await signingKeys.find().toArray()).map(fromDocument)),
  };
}

function fromDocument({ _id, ...key }: KeyDocument): StoredSigningKey {
  return { ...key, sealedPrivateKey: key.sealedPrivateKey };
}
