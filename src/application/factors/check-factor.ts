import { BY_PASSWORD_AND_CODE, BY_PASSWORD_AND_RECOVERY_CODE } from "../../domain/authentication.ts";
import { AuthError } from "../../domain/errors.ts";
import { changedFactors, type Factors, hasSecondFactor, type Totp } from "../../domain/factors/factors.ts";
import type { Hmac } from "../../domain/factors/hmac.ts";
import { canonicalRecoveryCode } from "../../domain/factors/recovery-codes.ts";
import { acceptedStep } from "../../domain/factors/totp.ts";
import type { User } from "../../domain/user.ts";
import type { FactorSeal } from "../ports/factor-seal.ts";
import { hashOfRecoveryCode, type RecoveryCodeDeps } from "./recovery-code-hashes.ts";

export interface CheckFactorDeps extends RecoveryCodeDeps {
  readonly factorSeal: FactorSeal;
  readonly hmacSha1: Hmac;
}

/** What a user presents as the second factor: one of the two. */
export interface PresentedFactor {
  /** The code of an authenticator. */
  readonly code?: string | undefined;
  readonly recoveryCode?: string | undefined;
}

/** A correct second factor. */
export interface CorrectFactor {
  /** The factors after this use. The code is used up once they are stored. */
  readonly next: Factors;
  /** The methods of an authentication by password and this factor. */
  readonly amr: readonly string[];
}

/**
 * Checks a second factor against the factors of the user as read. Changes nothing.
 * @throws AuthError `invalid_factor`
 */
export function checkFactor(
  deps: CheckFactorDeps,
  user: User,
  { code, recoveryCode }: PresentedFactor,
  now: Date,
): Promise<CorrectFactor> {
  if (!hasSecondFactor(user.factors)) throw new AuthError("invalid_factor");
  if (code !== undefined) return checkCode(deps, user.id, user.factors, code, now);
  if (recoveryCode !== undefined) return checkRecoveryCode(deps, user.id, user.factors, recoveryCode);
  throw new AuthError("invalid_factor");
}

async function checkCode(
  { factorSeal, hmacSha1 }: CheckFactorDeps,
  userId: string,
  factors: Factors & { readonly totp: Totp },
  code: string,
  now: Date,
): Promise<CorrectFactor> {
  const { totp } = factors;
  const owner = { userId, factorId: totp.id };
  const { secret } = await factorSeal.open(totp.sealedSecret, owner);
  const lastStep = acceptedStep(hmacSha1, secret, code, totp.lastStep, now);
  if (lastStep === undefined) throw new AuthError("invalid_factor");
  const next = changedFactors(factors, { totp: { ...totp, lastStep } });
  return { next, amr: BY_PASSWORD_AND_CODE };
}

async function checkRecoveryCode(
  deps: CheckFactorDeps,
  userId: string,
  factors: Factors,
  typed: string,
): Promise<CorrectFactor> {
  const { recoveryCodes } = factors;
  const code = canonicalRecoveryCode(typed);
  if (recoveryCodes === undefined || code === undefined) throw new AuthError("invalid_factor");
  const hash = await hashOfRecoveryCode(deps, userId, recoveryCodes, code);
  const hashes = recoveryCodes.hashes.filter((each) => each !== hash);
  if (hashes.length === recoveryCodes.hashes.length) throw new AuthError("invalid_factor");
  const next = changedFactors(factors, { recoveryCodes: { ...recoveryCodes, hashes } });
  return { next, amr: BY_PASSWORD_AND_RECOVERY_CODE };
}
