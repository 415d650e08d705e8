import type { Clock } from "../ports/clock.ts";
import {
  checkAccessToken,
  checkRefreshToken,
  isTokenRejection,
  type RefreshCheckDeps,
} from "./check-token.ts";

export interface IntrospectDeps extends RefreshCheckDeps {
  readonly clock: Clock;
}

/** The answer for an active token: its claims, and the name of its user (RFC 7662, section 2.2). */
export interface Introspection {
  readonly username: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/**
 * The claims of an active token; `undefined` for a token that is not active. Refresh tokens count only if they are
 * asked for, so that no API takes one for an access token.
 */
export type Introspect = (token: string, kind: "access" | "refresh") => Promise<Introspection | undefined>;

export function makeIntrospect(deps: IntrospectDeps): Introspect {
  return async (token, kind) => {
    const now = deps.clock.now();
    try {
      return await (kind === "refresh"
        ? introspectRefresh(deps, token, now)
        : introspectAccess(deps, token, now));
    } catch (error) {
      if (isTokenRejection(error)) return undefined;
      throw error;
    }
  };
}

async function introspectAccess(deps: IntrospectDeps, token: string, now: Date): Promise<Introspection> {
  const { claims, user } = await checkAccessToken(deps, token, now);
  // the present values; the token has those of the time when it was made
  const current = { email_verified: user.emailVerified, preferred_username: user.username.shown };
  return { username: user.username.shown, claims: { ...claims.payload, ...current } };
}

async function introspectRefresh(
  deps: IntrospectDeps,
  token: string,
  now: Date,
): Promise<Introspection | undefined> {
  const { claims, session, user } = await checkRefreshToken(deps, token, now);
  const isNewest = claims.generation === session.generation;
  return isNewest ? { username: user.username.shown, claims: claims.payload } : undefined;
}
