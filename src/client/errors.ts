import type { FactorName } from "./factor-answers.ts";

/** Codes of the service's problem documents (RFC 9457). */
type ProblemCode =
  | "malformed_request"
  | "validation_failed"
  | "missing_token"
  | "invalid_token"
  | "expired_token"
  | "revoked_token"
  | "reused_token"
  | "invalid_credentials"
  | "reauthentication_required"
  | "second_factor_required"
  | "invalid_factor"
  | "factor_exists"
  | "invalid_reset_token"
  | "invalid_verification_token"
  | "invalid_cancellation_token"
  | "email_unverified"
  | "registration_closed"
  | "not_found"
  | "method_not_allowed"
  | "request_timeout"
  | "username_taken"
  | "email_taken"
  | "body_too_large"
  | "unsupported_media_type"
  | "headers_too_large"
  | "too_many_attempts"
  | "internal_error"
  | "overloaded"
  | "signing_key_not_yet_valid"
  | "storage_unavailable";

/** Codes of `introspect` and `revokeToken` (RFC 6749, section 5.2). */
type OAuthCode = "invalid_request" | "invalid_client" | "server_error" | "temporarily_unavailable";

/** Codes for no answer, none in time, or one that does not come from the service. */
type ClientCode = "network_error" | "unexpected_answer";

/** The codes known to this version. */
export type KnownErrorCode = ProblemCode | OAuthCode | ClientCode;

/** Any code. Later versions of the service may have more, which are plain strings. */
export type ErrorCode = KnownErrorCode | (string & {});

/** The fault of one field of a request. */
export interface FieldError {
  readonly path: string;
  readonly code: string;
  /** A sentence for people. */
  readonly message: string;
}

interface Circumstances {
  readonly requestId?: string | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  readonly retryAfter?: number | undefined;
  readonly challenge?: string | undefined;
  readonly factors?: readonly FactorName[] | undefined;
  readonly cause?: unknown;
}

/** The only error that calls reject with: the service refused or did not answer. */
export class AuthApiError extends Error {
  override readonly name = "AuthApiError";
  readonly code: ErrorCode;
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  /** The id of the request in the service's log. */
  readonly requestId: string | undefined;
  /** The refused fields; empty if the error is not about fields. */
  readonly errors: readonly FieldError[];
  /** Seconds to wait before another attempt, if the service says so. */
  readonly retryAfter: number | undefined;
  /** With `second_factor_required`: identifies the sign-in for `completeLogin`. */
  readonly challenge: string | undefined;
  /** With `second_factor_required`: the factors that complete the sign-in. */
  readonly factors: readonly FactorName[];

  constructor(code: ErrorCode, status: number, message: string, circumstances: Circumstances = {}) {
    super(message, circumstances.cause === undefined ? undefined : { cause: circumstances.cause });
    this.code = code;
    this.status = status;
    this.requestId = circumstances.requestId;
    this.errors = circumstances.errors ?? [];
    this.retryAfter = circumstances.retryAfter;
    this.challenge = circumstances.challenge;
    this.factors = circumstances.factors ?? [];
  }
}

const OVER: ReadonlySet<string> = new Set<KnownErrorCode>([
  "invalid_token",
  "expired_token",
  "revoked_token",
  "reused_token",
]);

/** Whether the error says that the token is no longer valid. */
export function isTokenRejection(error: unknown): error is AuthApiError {
  return error instanceof AuthApiError && OVER.has(error.code);
}

/** Codes that refreshing can fix; a revoked token stays revoked. */
const RENEWABLE: ReadonlySet<string> = new Set<KnownErrorCode>(["expired_token", "invalid_token"]);

/** Whether another access token of the same session may be accepted. */
export function isRenewable({ code }: AuthApiError): boolean {
  return RENEWABLE.has(code);
}

/** Makes the error for an unsuccessful answer, which may not come from the service. */
export function errorOf({ status, headers }: Response, body: unknown): AuthApiError {
  const said = isRecord(body) ? body : {};
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  return new AuthApiError(
    textOf(said.code) ?? textOf(said.error) ?? "unexpected_answer",
    status,
    textOf(said.detail) ?? textOf(said.error_description) ?? `The service answered ${status}`,
    {
      requestId: headers.get("x-request-id") ?? undefined,
      errors: Array.isArray(said.errors) ? said.errors : [],
      retryAfter: Number.isFinite(seconds) ? seconds : undefined,
      challenge: textOf(said.challenge),
      factors: Array.isArray(said.factors) ? said.factors : [],
    },
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
