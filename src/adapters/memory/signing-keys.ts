import type { SigningKeyRepository, StoredSigningKey } from "../../application/ports/storage/signing-keys.ts";
import type { Step } from "./step.ts";

/** The ring as a list. */
export function memorySigningKeys(step: Step): SigningKeyRepository {
  let keys: StoredSigningKey[] = [];
  return {
    add: (key) =>
      step(() => {
        const isTaken = keys.some((old) => old.algorithm === key.algorithm && old.sequence === key.sequence);
        if (!isTaken) keys.push(structuredClone(key));
        return !isTaken;
      }),
    replacePrivateKey: (kid, expected, next) =>
      step(() => {
        const at = keys.findIndex((key) => key.kid === kid && key.sealedPrivateKey === expected);
        const key = keys[at];
        if (key !== undefined) keys[at] = { ...key, sealedPrivateKey: next };
        return key !== undefined;
      }),
    remove: (kid) =>
      step(() => {
        keys = keys.filter((key) => key.kid !== kid);
      }),
    list: () => step(() => structuredClone(keys)),
  };
}
