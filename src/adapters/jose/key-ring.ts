import { createPrivateKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { type CryptoKey, importJWK, type JWK } from "jose";
import type { Clock } from "../../application/ports/clock.ts";
import type { SigningKeyRepository, StoredSigningKey } from "../../application/ports/storage/signing-keys.ts";
import { AuthError } from "../../domain/errors.ts";
import { isPublished, keyState, type RingTimes, signingKeyOf } from "../../domain/key-ring.ts";
import type { AccessKeys } from "./access-keys.ts";
import { openPrivateKey, sealPrivateKey } from "./seal.ts";

export interface KeyRingOptions {
  /** Maintains the stored ring and resolves to the usable keys. */
  readonly keepKeys: () => Promise<readonly StoredSigningKey[]>;
  readonly repository: SigningKeyRepository;
  readonly clock: Clock;
  readonly times: RingTimes;
  readonly algorithm: "ES256" | "RS256";
  readonly typ: string;
  readonly audience: string;
  /** Keys that open stored private keys; the first one seals. */
  readonly sealingKeys: readonly [Uint8Array, ...Uint8Array[]];
}

export interface KeyRing extends AccessKeys {
  /** Reloads the ring from storage. */
  reload(): Promise<void>;
}

interface LoadedKey {
  readonly kid: string;
  readonly activeAt: Date;
  readonly privateKey: KeyObject | undefined;
  readonly publicKey: CryptoKey;
  readonly publicJwk: JWK;
}

/** Least interval between reloads that tokens with an unknown `kid` cause. */
const UNKNOWN_KID_RELOAD_MS = 1_000;

/** Opens the ring of key pairs that all processes share through storage. */
export async function openKeyRing(options: KeyRingOptions): Promise<KeyRing> {
  const { times } = options;
  let ring = new Map<string, LoadedKey>();
  let askedAt = Number.NEGATIVE_INFINITY;
  let reloading: Promise<void> | undefined;

  async function load(): Promise<void> {
    const stored = await options.keepKeys();
    // a loaded key is not opened again, because only its times may change
    const loaded = await Promise.all(
      stored.map((key) => (isUnchanged(ring.get(key.kid), key) ? ring.get(key.kid) : loadKey(key, options))),
    );
    ring = new Map((loaded as LoadedKey[]).map((key) => [key.kid, key]));
  }

  /** Concurrent callers share the running reload. */
  function reload(): Promise<void> {
    reloading ??= load().finally(() => {
      reloading = undefined;
    });
    return reloading;
  }

  /**
   * Looks for a key that another process may just have added. Reloads at most once per second and joins a
   * running reload.
   */
  async function lookFor(kid: string, now: Date): Promise<void> {
    await reloading;
    if (ring.has(kid)) return;
    if (now.getTime() - askedAt < UNKNOWN_KID_RELOAD_MS) return reloading;
    askedAt = now.getTime();
    await reload();
  }

  await reload();
  return {
    reload,
    algorithm: options.algorithm,
    typ: options.typ,
    audience: options.audience,
    clientId: "connect-auth",
    signingKey(now) {
      const found = signingKeyOf([...ring.values()].filter(canSign), now);
      if (found === undefined) throw new AuthError("signing_key_not_yet_valid");
      return { key: found.privateKey, kid: found.kid };
    },
    async verificationKey(kid, now) {
      if (kid === undefined) return undefined;
      if (!ring.has(kid)) await lookFor(kid, now);
      const key = ring.get(kid);
      if (key === undefined) return undefined;
      return { key: key.publicKey, onlyExpired: !isPublished(keyState([...ring.values()], key, now, times)) };
    },
    publicKeys(now) {
      const keys = [...ring.values()];
      const published = keys.filter((key) => isPublished(keyState(keys, key, now, times)));
      return published.map(({ publicJwk }) => publicJwk);
    },
  };
}

function canSign(key: LoadedKey): key is LoadedKey & { readonly privateKey: KeyObject } {
  return key.privateKey !== undefined;
}

function isUnchanged(loaded: LoadedKey | undefined, stored: StoredSigningKey): boolean {
  return (
    loaded !== undefined && (loaded.privateKey === undefined) === (stored.sealedPrivateKey === undefined)
  );
}

async function loadKey(stored: StoredSigningKey, options: KeyRingOptions): Promise<LoadedKey> {
  const privateJwk = await privateHalf(stored, options);
  return {
    kid: stored.kid,
    activeAt: stored.activeAt,
    privateKey: privateJwk && createPrivateKey({ key: privateJwk as JsonWebKey, format: "jwk" }),
    publicKey: (await importJWK(stored.publicJwk, stored.algorithm)) as CryptoKey,
    publicJwk: stored.publicJwk,
  };
}

/**
 * Opens a private key, and reseals one that a former secret sealed, so that a change of SECRET_KEY can be
 * completed.
 */
async function privateHalf(
  { kid, sealedPrivateKey: sealed }: StoredSigningKey,
  { repository, sealingKeys }: KeyRingOptions,
): Promise<JWK | undefined> {
  if (sealed === undefined) return undefined;
  const { jwk, isOutdated } = await openPrivateKey(sealed, sealingKeys);
  if (isOutdated) await repository.replacePrivateKey(kid, sealed, await sealPrivateKey(jwk, sealingKeys[0]));
  return jwk;
}
