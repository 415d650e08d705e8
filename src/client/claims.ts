import type { Tokens } from "./tokens.ts";

/** What is read of a token's payload. Nothing of it is checked, so that nothing may be trusted to it. */
export interface Claims {
  readonly sub?: unknown;
  readonly iat?: unknown;
  readonly exp?: unknown;
}

/** The claims that a token shows; none where it is opaque. */
export function claimsOf(token: string): Claims {
  try {
    const payload = token.split(".")[1] ?? "";
    return Object(JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))));
  } catch {
    return {};
  }
}

/** The account that tokens are of, where they show it. */
function subjectOf({ access_token, refresh_token }: Tokens): unknown {
  return claimsOf(access_token ?? refresh_token ?? "").sub;
}

/** Whether both are of one account, as far as can be told: a call of one user is not repeated as another. */
export function isSameAccount(one: Tokens, other: Tokens): boolean {
  const [a, b] = [subjectOf(one), subjectOf(other)];
  return a === undefined || b === undefined || a === b;
}
