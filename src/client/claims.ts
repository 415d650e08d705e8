import type { Tokens } from "./tokens.ts";

/** Claims read from a token's payload. They are unverified and must not be trusted. */
export interface Claims {
  readonly sub?: unknown;
  readonly iat?: unknown;
  readonly exp?: unknown;
}

/** The claims of a token; empty if it is opaque. */
export function claimsOf(token: string): Claims {
  try {
    const payload = token.split(".")[1] ?? "";
    return Object(JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))));
  } catch {
    return {};
  }
}

/** The account of the tokens, if they show it. */
function subjectOf({ access_token, refresh_token }: Tokens): unknown {
  return claimsOf(access_token ?? refresh_token ?? "").sub;
}

/**
 * Whether both belong to the same account, as far as they show. Prevents repeating one user's call as another
 * user.
 */
export function isSameAccount(one: Tokens, other: Tokens): boolean {
  const [a, b] = [subjectOf(one), subjectOf(other)];
  return a === undefined || b === undefined || a === b;
}
