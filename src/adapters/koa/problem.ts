import type { Context } from "koa";
import { type Acr, ONE_FACTOR, RECENT_MS, TWO_FACTORS } from "../../domain/authentication.ts";
import type { AuthError, AuthErrorCode, FieldFault } from "../../domain/errors.ts";
import { requestPath } from "./request-path.ts";

/** Codes for faults of a request that no use case has seen yet, and for faults of the server. */
type HttpErrorCode =
  | "malformed_request"
  | "missing_token"
  | "invalid_client"
  | "method_not_allowed"
  | "request_timeout"
  | "body_too_large"
  | "unsupported_media_type"
  | "headers_too_large"
  | "internal_error";

export type ProblemCode = AuthErrorCode | HttpErrorCode;

const PROBLEMS: Record<ProblemCode, readonly [status: number, title: string]> = {
  malformed_request: [400, "Malformed request"],
  validation_failed: [400, "Validation failed"],
  missing_token: [401, "Missing token"],
  invalid_client: [401, "Invalid client"],
  invalid_reset_token: [400, "Invalid reset token"],
  invalid_verification_token: [400, "Invalid verification token"],
  invalid_cancellation_token: [400, "Invalid cancellation token"],
  invalid_token: [401, "Invalid token"],
  expired_token: [401, "Expired token"],
  revoked_token: [401, "Revoked token"],
  reused_token: [401, "Reused token"],
  invalid_credentials: [401, "Invalid credentials"],
  reauthentication_required: [401, "Reauthentication required"],
  invalid_factor: [401, "Invalid factor"],
  second_factor_required: [403, "Second factor required"],
  email_unverified: [403, "Email unverified"],
  registration_closed: [403, "Registration closed"],
  not_found: [404, "Not found"],
  method_not_allowed: [405, "Method not allowed"],
  request_timeout: [408, "Request timeout"],
  username_taken: [409, "Username taken"],
  email_taken: [409, "Email taken"],
  factor_exists: [409, "Factor exists"],
  body_too_large: [413, "Body too large"],
  unsupported_media_type: [415, "Unsupported media type"],
  headers_too_large: [431, "Headers too large"],
  too_many_attempts: [429, "Too many attempts"],
  internal_error: [500, "Internal error"],
  overloaded: [503, "Overloaded"],
  signing_key_not_yet_valid: [503, "Signing key not yet valid"],
  storage_unavailable: [503, "Storage unavailable"],
};

const TOKEN_CODES = new Set<ProblemCode>(["invalid_token", "expired_token", "revoked_token", "reused_token"]);

/** A refusal outside the use cases. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly code: ProblemCode;
  readonly fields: readonly FieldFault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    { fields = [], headers = {} }: { fields?: readonly FieldFault[]; headers?: Record<string, string> } = {},
  ) {
    super(detail);
    this.code = code;
    this.fields = fields;
    this.headers = headers;
  }
}

export function statusOf(code: ProblemCode): number {
  return PROBLEMS[code][0];
}

/** All codes, in the order of their statuses. */
export const CODES = Object.keys(PROBLEMS).toSorted(
  (a, b) => statusOf(a as ProblemCode) - statusOf(b as ProblemCode),
) as ProblemCode[];

export function titleOf(code: ProblemCode): string {
  return PROBLEMS[code][1];
}

/** The body of an error answer (RFC 9457). */
export function problemBody(issuer: string, requestId: string, problem: HttpProblem | AuthError): object {
  const [status, title] = PROBLEMS[problem.code];
  return {
    type: `${issuer}/docs/errors#${problem.code}`,
    title,
    status,
    detail: problem.message,
    message: problem.message,
    code: problem.code,
    request_id: requestId,
    ...(problem.fields.length > 0 && { errors: problem.fields }),
    ...("secondFactor" in problem && problem.secondFactor),
  };
}

/** The body of an error answer at the OAuth endpoints (RFC 6749, section 5.2). */
export function oauthBody(problem: HttpProblem | AuthError): object {
  const [status] = PROBLEMS[problem.code];
  const byStatus: Record<number, string> = {
    401: "invalid_client",
    429: "temporarily_unavailable",
    503: "temporarily_unavailable",
  };
  const error = byStatus[status] ?? (status < 500 ? "invalid_request" : "server_error");
  return { error, error_description: problem.message };
}

/** Answers with the problem and the headers that its status requires. */
export function answerProblem(ctx: Context, issuer: string, problem: HttpProblem | AuthError): void {
  const [status] = PROBLEMS[problem.code];
  if (problem instanceof HttpProblem) ctx.set(problem.headers);
  if (status === 401) ctx.set("WWW-Authenticate", challengeFor(problem));
  if (status === 429 || status === 503) {
    ctx.set("Retry-After", String(("retryAfter" in problem && problem.retryAfter) || 1));
  }
  const isOAuth = requestPath(ctx)?.startsWith("/oauth/") ?? false;
  ctx.status = status;
  ctx.body = isOAuth ? oauthBody(problem) : problemBody(issuer, ctx.state.requestId, problem);
  ctx.type = isOAuth ? "application/json" : "application/problem+json";
}

/** The challenge that asks for a recent authentication (RFC 9470, section 3). */
function authenticateAgain(acr: Acr): string {
  return `Bearer error="insufficient_user_authentication", acr_values="${acr}", max_age="${RECENT_MS / 1_000}"`;
}

function challengeFor(problem: HttpProblem | AuthError): string {
  const { code } = problem;
  if (code === "invalid_client") return 'Basic realm="introspection", charset="UTF-8"';
  if (code === "reauthentication_required") {
    const isFactorNeeded = "isFactorNeeded" in problem && problem.isFactorNeeded;
    return authenticateAgain(isFactorNeeded ? TWO_FACTORS : ONE_FACTOR);
  }
  // RFC 6750, section 3.1: no error where no token was presented
  return TOKEN_CODES.has(code) ? 'Bearer error="invalid_token"' : "Bearer";
}
