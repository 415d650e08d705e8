import type { RecoveryCodes } from "../../domain/factors/factors.ts";
import type { Hmac } from "../../domain/factors/hmac.ts";
import {
  canonicalRecoveryCode,
  RECOVERY_CODE_BYTES,
  RECOVERY_CODE_COUNT,
  recoveryCode,
} from "../../domain/factors/recovery-codes.ts";
import type { FactorSeal } from "../ports/factor-seal.ts";
import type { Ids } from "../ports/ids.ts";
import type { RandomBytes } from "../ports/random-bytes.ts";

export interface RecoveryCodeDeps {
  readonly factorSeal: FactorSeal;
  readonly hmacSha256: Hmac;
}

export interface NewRecoveryCodesDeps extends RecoveryCodeDeps {
  readonly ids: Ids;
  readonly randomBytes: RandomBytes;
}

/** New recovery codes, and their record. */
export interface NewRecoveryCodes {
  /** As they are shown, once. */
  readonly shown: string[];
  readonly stored: RecoveryCodes;
}

const KEY_BYTES = 32;

/** Makes recovery codes. Their hashes have a key of their own, so that a change of SECRET_KEY leaves them as they are. */
export async function newRecoveryCodes(
  { ids, randomBytes, factorSeal, hmacSha256 }: NewRecoveryCodesDeps,
  userId: string,
): Promise<NewRecoveryCodes> {
  const id = ids.next();
  const key = randomBytes(KEY_BYTES);
  const shown = Array.from({ length: RECOVERY_CODE_COUNT }, () =>
    recoveryCode(randomBytes(RECOVERY_CODE_BYTES)),
  );
  const sealedKey = await factorSeal.seal(key, { userId, factorId: id });
  const hashes = shown.map((code) => hashOf(hmacSha256, key, canonicalRecoveryCode(code) as string));
  return { shown, stored: { id, sealedKey, hashes } };
}

/** The keyed hash that a code in canonical form would have among the stored ones. */
export async function hashOfRecoveryCode(
  { factorSeal, hmacSha256 }: RecoveryCodeDeps,
  userId: string,
  { id, sealedKey }: RecoveryCodes,
  code: string,
): Promise<string> {
  const { secret } = await factorSeal.open(sealedKey, { userId, factorId: id });
  return hashOf(hmacSha256, secret, code);
}

function hashOf(hmac: Hmac, key: Uint8Array, code: string): string {
  // the canonical form is ASCII
  const bytes = hmac(
    key,
    Uint8Array.from(code, (letter) => letter.charCodeAt(0)),
  );
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
