import { acrOf, TWO_FACTORS } from "../authentication.ts";

/** The second factors of an account. They are part of its record, so that every change of them is one atomic step. */
export interface Factors {
  /** Raised by each change: the expected value of a conditional write. */
  readonly revision: number;
  /** The authenticator that logins ask for. */
  readonly totp: Totp | undefined;
  /** An authenticator that waits for its first code. */
  readonly pendingTotp: PendingTotp | undefined;
  readonly recoveryCodes: RecoveryCodes | undefined;
}

/** An authenticator's secret. */
interface TotpSecret {
  readonly id: string;
  /** The encrypted secret. */
  readonly sealedSecret: string;
}

export interface Totp extends TotpSecret {
  /** When its first code was shown. */
  readonly createdAt: Date;
  /** The time step of the last accepted code: no code of this or an earlier step is accepted. */
  readonly lastStep: number;
}

export interface PendingTotp extends TotpSecret {
  /** The user's epoch when it was made: no later one accepts its first code. */
  readonly epoch: number;
  readonly expiresAt: Date;
}

export interface RecoveryCodes {
  /** Identifies this set of codes. */
  readonly id: string;
  /** The encrypted key of the hashes. */
  readonly sealedKey: string;
  /** The keyed hashes of the codes that are left. */
  readonly hashes: readonly string[];
}

/** How long a new authenticator may wait for its first code, in milliseconds. */
export const PENDING_TOTP_MS = 15 * 60_000;

export const NO_FACTORS: Factors = {
  revision: 0,
  totp: undefined,
  pendingTotp: undefined,
  recoveryCodes: undefined,
};

/** The factor names in answers. */
export type FactorName = "totp" | "recovery_code";

/** The factors that can complete a login; none if the account has no second factor. */
export function usableFactors(factors: Factors | undefined): FactorName[] {
  if (!hasSecondFactor(factors)) return [];
  return recoveryCodesLeft(factors) > 0 ? ["totp", "recovery_code"] : ["totp"];
}

/** True if every way to a session asks for a second factor. */
export function hasSecondFactor(factors: Factors | undefined): factors is Factors & { readonly totp: Totp } {
  return factors?.totp !== undefined;
}

/** Clocks of several processes may differ by this much, and tokens have whole seconds. */
const CLOCK_SKEW_MS = 5_000;

/**
 * True if this authentication used the account's present second factor. One with an authenticator that was removed since
 * does not count.
 */
export function usedSecondFactor(
  { acr, authenticatedAt }: { readonly acr: string | undefined; readonly authenticatedAt: Date | undefined },
  factors: Factors | undefined,
): boolean {
  if (!hasSecondFactor(factors) || acr !== TWO_FACTORS || authenticatedAt === undefined) return false;
  return authenticatedAt.getTime() >= factors.totp.createdAt.getTime() - CLOCK_SKEW_MS;
}

/** The revision of the factors, 0 for an account that never had any. */
export function factorsRevision({
  factors,
}: {
  readonly factors?: { readonly revision: number } | undefined;
}) {
  return factors?.revision ?? 0;
}

export function recoveryCodesLeft(factors: Factors | undefined): number {
  return factors?.recoveryCodes?.hashes.length ?? 0;
}

/** The factors after a change. */
export function changedFactors(
  factors: Factors | undefined,
  changes: Partial<Omit<Factors, "revision">>,
): Factors {
  const before = factors ?? NO_FACTORS;
  return { ...before, ...changes, revision: before.revision + 1 };
}

/**
 * True if the session began, or the access token of the Flask server was issued, after the authenticator was set up, but
 * without it. It must not be refreshed or accepted.
 */
export function lacksSecondFactor(
  session: { readonly amr: readonly string[]; readonly createdAt: Date },
  factors: Factors | undefined,
): boolean {
  return (
    hasSecondFactor(factors) &&
    acrOf(session.amr) !== TWO_FACTORS &&
    session.createdAt > factors.totp.createdAt
  );
}
