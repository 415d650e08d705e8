import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import type { KeyMaker } from "../../application/ports/key-maker.ts";
import { sealPrivateKey } from "./seal.ts";

/** Makes key pairs whose private halves are sealed under the given 32-byte key. */
export function makeKeyMaker(algorithm: "ES256" | "RS256", sealingKey: Uint8Array): KeyMaker {
  return {
    algorithm,
    async make(sequence, createdAt, activeAt) {
      const pair = await generateKeyPair(algorithm, { extractable: true });
      const bare = await exportJWK(pair.publicKey);
      const kid = await calculateJwkThumbprint(bare);
      return {
        kid,
        algorithm,
        sequence,
        publicJwk: { ...bare, kid, alg: algorithm, use: "sig" },
        sealedPrivateKey: await sealPrivateKey(await exportJWK(pair.privateKey), sealingKey),
        createdAt,
        activeAt,
      };
    },
  };
}
