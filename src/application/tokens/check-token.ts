import { AuthError, type AuthErrorCode } from "../../domain/errors.ts";
import { revocationKey } from "../../domain/revocation.ts";
import { isOver, originOf, type Session } from "../../domain/session.ts";
import { acceptsEpoch, type User } from "../../domain/user.ts";
import type { RevocationRepository } from "../ports/storage/revocations.ts";
import type { SessionRepository } from "../ports/storage/sessions.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import type { TokenVerifier, VerifiedAccess, VerifiedRefresh } from "../ports/tokens.ts";

export interface AccessCheckDeps {
  readonly verifier: TokenVerifier;
  readonly users: UserRepository;
  readonly revocations: RevocationRepository;
}

export interface RefreshCheckDeps extends AccessCheckDeps {
  readonly sessions: SessionRepository;
  /** How long a session may be neither logged in nor refreshed, `undefined` for as long as it lives. */
  readonly sessionIdleTtlMs: number | undefined;
}

/** An access token that lives, and the user who stands behind it. */
export interface LiveAccess {
  readonly claims: VerifiedAccess;
  readonly user: User;
}

/** A refresh token that lives, its session and user. */
export interface LiveRefresh {
  readonly claims: VerifiedRefresh;
  readonly session: Session;
  readonly user: User;
}

/**
 * Whether this access token lives at this moment. One round trip to storage, after the signature.
 * @throws AuthError `invalid_token`, `expired_token` or `revoked_token`
 */
export async function checkAccessToken(deps: AccessCheckDeps, token: string, now: Date): Promise<LiveAccess> {
  const claims = await deps.verifier.verifyAccess(token, now);
  const [user, stops] = await Promise.all([
    deps.users.findById(claims.userId),
    deps.revocations.find(revocationKeysOf(claims), now),
  ]);
  assertNotRevoked(claims, stops);
  if (user === undefined || !acceptsEpoch(user, claims)) throw new AuthError("revoked_token");
  return { claims, user };
}

/** What would stop this access token. */
export function revocationKeysOf({ tokenId, sessionId, keyId }: VerifiedAccess): string[] {
  const keys = [revocationKey.token(tokenId), revocationKey.session(sessionId)];
  return keyId === undefined ? keys : [...keys, revocationKey.signingKey(keyId)];
}

/** What would stop the refresh tokens of this session. */
export function refreshRevocationKeysOf(sessionId: string): string[] {
  return [revocationKey.session(sessionId), revocationKey.refreshing(sessionId)];
}

const DEAD: ReadonlySet<string> = new Set<AuthErrorCode>(["invalid_token", "expired_token", "revoked_token"]);

/** Whether what was thrown says that a token is no good, and not that something failed. */
export function isTokenRejection(error: unknown): error is AuthError {
  return error instanceof AuthError && DEAD.has(error.code);
}

/**
 * What a retired key signed was never good, and refreshing heals it; the other entries end for good.
 * @throws AuthError
 */
export function assertNotRevoked({ keyId }: VerifiedAccess, stops: ReadonlySet<string>): void {
  if (keyId !== undefined && stops.has(revocationKey.signingKey(keyId))) throw new AuthError("invalid_token");
  if (stops.size > 0) throw new AuthError("revoked_token");
}

/**
 * Whether this refresh token belongs to a session that lives and may refresh; its generation is for the
 * caller to judge. One round trip to storage, after the signature.
 * @throws AuthError `invalid_token`, `expired_token` or `revoked_token`
 */
export async function checkRefreshToken(
  deps: RefreshCheckDeps,
  token: string,
  now: Date,
): Promise<LiveRefresh> {
  const claims = await deps.verifier.verifyRefresh(token, now);
  const [user, session, stops] = await Promise.all([
    deps.users.findById(claims.userId),
    deps.sessions.find(claims.sessionId),
    deps.revocations.find(refreshRevocationKeysOf(claims.sessionId), now),
  ]);
  if (stops.size > 0 || user === undefined || session === undefined) throw new AuthError("revoked_token");
  if (session.userId !== user.id) throw new AuthError("invalid_token");
  if (isOver(session, now, deps.sessionIdleTtlMs)) throw new AuthError("expired_token");
  if (!acceptsEpoch(user, originOf(session))) throw new AuthError("revoked_token");
  return { claims, session, user };
}
