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

/** What no service said: there was no answer, none in time, or none that is the service's. */
type ClientCode = "network_error" | "unexpected_answer";

/** The codes that this version knows. */
export type KnownErrorCode = ProblemCode | OAuthCode | ClientCode;

/** A later version of the service may have more: those are plain strings. */
export type ErrorCode = KnownErrorCode | (string & {});

/** What is wrong with one field of a request. */
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
  readonly cause?: unknown;
}

/** The one error that calls reject with: the service refused, or could not be asked. */
export class AuthApiError extends Error {
  override readonly name = "AuthApiError";
  readonly code: ErrorCode;
  /** The HTTP status; 0 where no answer came. */
  readonly status: number;
  /** What the service calls the request in its log. */
  readonly requestId: string | undefined;
  /** The fields that cannot be accepted, where it is about fields. */
  readonly errors: readonly FieldError[];
  /** Seconds after which another try makes sense, where the service says. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, status: number, message: string, circumstances: Circumstances = {}) {
    super(message, circumstances.cause === undefined ? undefined : { cause: circumstances.cause });
    this.code = code;
    this.status = status;
    this.requestId = circumstances.requestId;
    this.errors = circumstances.errors ?? [];
    this.retryAfter = circumstances.retryAfter;
  }
}

const OVER: ReadonlySet<string> = new Set<KnownErrorCode>([
  "invalid_token",
  "expired_token",
  "revoked_token",
  "reused_token",
]);

/** Whether it says that the presented token serves no more. */
export function saysTokenIsOver(error: unknown): error is AuthApiError {
  return error instanceof AuthApiError && OVER.has(error.code);
}

/** What refreshing heals; a revoked token is over for good. */
const RENEWABLE: ReadonlySet<string> = new Set<KnownErrorCode>(["expired_token", "invalid_token"]);

/** Whether it says that another access token of the same session may serve. */
export function isRenewable({ code }: AuthApiError): boolean {
  return RENEWABLE.has(code);
}

/** What an answer other than a success says, whoever wrote it. */
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
    },
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
