import type { FactorName } from "./factors/factors.ts";

/** The reasons for refusals. Stable, since clients switch on them. */
export type AuthErrorCode =
  | "validation_failed"
  | "invalid_token"
  | "expired_token"
  | "revoked_token"
  | "reused_token"
  | "invalid_credentials"
  | "second_factor_required"
  | "invalid_factor"
  | "factor_exists"
  | "reauthentication_required"
  | "invalid_reset_token"
  | "invalid_verification_token"
  | "invalid_cancellation_token"
  | "email_unverified"
  | "registration_closed"
  | "not_found"
  | "username_taken"
  | "email_taken"
  | "too_many_attempts"
  | "overloaded"
  | "signing_key_not_yet_valid"
  | "storage_unavailable";

const DETAILS: Record<AuthErrorCode, string> = {
  validation_failed: "The request has fields that cannot be accepted",
  invalid_token: "The token is not valid here",
  expired_token: "The token has expired",
  revoked_token: "The token has been revoked",
  reused_token: "The refresh token was used before; its session has been ended",
  invalid_credentials: "Authentication failed",
  second_factor_required: "Confirm with the account's second factor, or set one up",
  invalid_factor: "The code or the challenge is wrong, used or expired",
  factor_exists: "The account has an authenticator already",
  reauthentication_required: "Authenticate again, with the second factor if the account has one",
  invalid_reset_token: "The link to choose a new password is used, expired or not valid here",
  invalid_verification_token: "The link to confirm the address is used, expired or not valid here",
  invalid_cancellation_token: "The link to cancel the change of address is used, expired or not valid here",
  email_unverified: "Confirm the address first, by the link that was mailed to it",
  registration_closed: "Registration is closed",
  not_found: "There is nothing here",
  username_taken: "This Username is already taken!",
  email_taken: "this email is already taken",
  too_many_attempts: "Too many attempts; wait before the next one",
  overloaded: "Too many requests are waiting; try again shortly",
  signing_key_not_yet_valid: "No token can be signed until the clock is right; try again later",
  storage_unavailable: "The storage does not answer; try again shortly",
};

/** A fault in one field of a request. */
export interface FieldFault {
  readonly path: string;
  readonly code: string;
  /** A sentence for people. It never repeats what was sent, but may name one character, as U+0040. */
  readonly message: string;
}

interface Circumstances {
  readonly fields?: readonly FieldFault[];
  readonly cause?: unknown;
  /** The seconds after which to try again, a whole number. */
  readonly retryAfter?: number;
  readonly secondFactor?: SecondFactorRequest;
  /** With `reauthentication_required`: whether the account's second factor is needed. */
  readonly isFactorNeeded?: boolean;
}

/** What completes a login whose password was correct. */
export interface SecondFactorRequest {
  /** Identifies the login in the call that completes it. */
  readonly challenge: string;
  readonly factors: readonly FactorName[];
}

/** The one error with which use cases and ports refuse. Any other error that is thrown is a fault. */
export class AuthError extends Error {
  override readonly name = "AuthError";
  readonly code: AuthErrorCode;
  readonly fields: readonly FieldFault[];
  readonly retryAfter: number | undefined;
  readonly secondFactor: SecondFactorRequest | undefined;
  readonly isFactorNeeded: boolean;

  constructor(code: AuthErrorCode, circumstances: Circumstances = {}) {
    const { fields = [], cause, retryAfter, secondFactor, isFactorNeeded = false } = circumstances;
    super(DETAILS[code], cause === undefined ? undefined : { cause });
    this.code = code;
    this.fields = fields;
    this.retryAfter = retryAfter;
    this.secondFactor = secondFactor;
    this.isFactorNeeded = isFactorNeeded;
  }
}
