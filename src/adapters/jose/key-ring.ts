import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from "jose";
import type { Clock } from "../../application/ports/clock.ts";
import type { SigningKeyRepository, StoredSigningKey } from "../../application/ports/signing-keys.ts";
import type { AccessKeys } from "./access-keys.ts";
import { openPrivateKey, sealPrivateKey } from "./seal.ts";

export interface KeyRingOptions {
  readonly repository: SigningKeyRepository;
  readonly clock: Clock;
  readonly algorithm: "ES256" | "RS256";
  readonly typ: string;
  readonly audience: string;
  /** Keys to open stored private keys with; the first one seals. */
  readonly sealingKeys: readonly [Uint8Array, ...Uint8Array[]];
}

interface LoadedKey {
  readonly kid: string;
  readonly activeAt: Date;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** The key pairs that all processes share through storage; the first one to start makes the first. */
export async function openKeyRing(options: KeyRingOptions): Promise<AccessKeys> {
  let stored = await storedKeys(options);
  if (stored.length === 0) {
    await options.repository.add(await makeKey(options, 1));
    // another process may have been first: what counts is what storage says
    stored = await storedKeys(options);
  }
  const keys = await Promise.all(stored.map((key) => load(key, options)));
  const byKid = new Map(keys.map((key) => [key.kid, key]));

  return {
    algorithm: options.algorithm,
    typ: options.typ,
    audience: options.audience,
    clientId: "connect-auth",
    signingKey(now) {
      const active = keys.filter((key) => key.activeAt <= now);
      const newest = active.at(-1) ?? keys[0];
      if (newest === undefined) throw new Error("The key ring is empty");
      return { key: newest.privateKey, kid: newest.kid };
    },
    verificationKey: async (kid) => (kid === undefined ? undefined : byKid.get(kid)?.publicKey),
    publicKeys: () => keys.map((key) => key.publicJwk),
  };
}

async function storedKeys({ repository, algorithm }: KeyRingOptions): Promise<StoredSigningKey[]> {
  const ofAlgorithm = (await repository.list()).filter((key) => key.algorithm === algorithm);
  return ofAlgorithm.sort((a, b) => a.sequence - b.sequence);
}

async function makeKey(options: KeyRingOptions, sequence: number): Promise<StoredSigningKey> {
  const { algorithm, clock, sealingKeys } = options;
  const pair = await generateKeyPair(algorithm, { extractable: true });
  const bare = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(bare);
  const now = clock.now();
  return {
    kid,
    algorithm,
    sequence,
    publicJwk: { ...bare, kid, alg: algorithm, use: "sig" },
    sealedPrivateKey: await sealPrivateKey(await exportJWK(pair.privateKey), sealingKeys[0]),
    createdAt: now,
    activeAt: now,
  };
}

async function load(key: StoredSigningKey, options: KeyRingOptions): Promise<LoadedKey> {
  const { repository, sealingKeys } = options;
  const { jwk: privateJwk, isOutdated } = await openPrivateKey(key.sealedPrivateKey, sealingKeys);
  if (isOutdated) {
    const resealed = await sealPrivateKey(privateJwk, sealingKeys[0]);
    await repository.replacePrivateKey(key.kid, key.sealedPrivateKey, resealed);
  }
  const [privateKey, publicKey] = await Promise.all([
    importJWK(privateJwk, key.algorithm),
    importJWK(key.publicJwk, key.algorithm),
  ]);
  return {
    kid: key.kid,
    activeAt: key.activeAt,
    privateKey: privateKey as CryptoKey,
    publicKey: publicKey as CryptoKey,
    publicJwk: key.publicJwk,
  };
}
