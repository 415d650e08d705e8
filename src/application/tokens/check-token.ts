import { AuthError, type AuthErrorCode } from "../../domain/errors.ts";
import { usedSecondFactor } from "../../domain/factors/factors.ts";
import { revocationKey } from "../../domain/revocation.ts";
import { isExpired, type Session, sessionEpochOf } from "../../domain/session.ts";
import { acceptsEpoch, type User } from "../../domain/user.ts";
import type { RevocationRepository } from "../ports/storage/revocations.ts";
import type { SessionRepository } from "../ports/storage/sessions.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import type { TokenVerifier, VerifiedAccess, VerifiedRefresh } from "../ports/tokens.ts";

export interface AccessCheckDeps {
  readonly verifier: TokenVerifier;
  readonly users: UserRepository;
  readonly revocations: RevocationRepository;
  /** Whether every account needs a second factor: a token of a session without one counts as limited. */
  readonly secondFactorRequired: boolean;
}

export interface RefreshCheckDeps extends AccessCheckDeps {
  readonly sessions: SessionRepository;
  /** The longest time without a login or refresh, in milliseconds; `undefined` if there is no such limit. */
  readonly sessionIdleTtlMs: number | undefined;
}

/** A valid access token, and its user. */
export interface LiveAccess {
  readonly claims: VerifiedAccess;
  readonly user: User;
}

/** A valid refresh token, its session and its user. */
export interface LiveRefresh {
  readonly claims: VerifiedRefresh;
  readonly session: Session;
  readonly user: User;
}

/**
 * Checks that an access token is valid. After the signature it reads from storage once: all lookups at the same time.
 * @throws AuthError `invalid_token`, `expired_token` or `revoked_token`; `second_factor_required` for a limited token
 */
export async function checkAccessToken(deps: AccessCheckDeps, token: string, now: Date): Promise<LiveAccess> {
  const live = await checkAnyAccessToken(deps, token, now);
  const { claims, user } = live;
  const lacksFactor = deps.secondFactorRequired && !usedSecondFactor(claims, user.factors);
  if (claims.isLimited || lacksFactor) throw new AuthError("second_factor_required");
  return live;
}

/**
 * Checks an access token that may be limited, for the calls that set up or confirm a second factor.
 * @throws AuthError `invalid_token`, `expired_token` or `revoked_token`
 */
export async function checkAnyAccessToken(
  deps: AccessCheckDeps,
  token: string,
  now: Date,
): Promise<LiveAccess> {
  const claims = await deps.verifier.verifyAccess(token, now);
  const [user, revokedKeys] = await Promise.all([
    deps.users.findById(claims.userId),
    deps.revocations.find(revocationKeysOf(claims), now),
  ]);
  assertNotRevoked(claims, revokedKeys);
  if (user === undefined || !acceptsEpoch(user, claims)) throw new AuthError("revoked_token");
  return { claims, user };
}

/** The keys of the entries that would revoke this access token. */
export function revocationKeysOf({ tokenId, sessionId, keyId }: VerifiedAccess): string[] {
  const keys = [revocationKey.token(tokenId), revocationKey.session(sessionId)];
  return keyId === undefined ? keys : [...keys, revocationKey.signingKey(keyId)];
}

/** The keys of the entries that would revoke the refresh tokens of this session. */
export function refreshRevocationKeysOf(sessionId: string): string[] {
  return [revocationKey.session(sessionId), revocationKey.refreshing(sessionId)];
}

const TOKEN_REJECTIONS: ReadonlySet<string> = new Set<AuthErrorCode>([
  "invalid_token",
  "expired_token",
  "revoked_token",
  // no API may accept a limited token
  "second_factor_required",
]);

/** True for an error that means an invalid token, and false for a failure. */
export function isTokenRejection(error: unknown): error is AuthError {
  return error instanceof AuthError && TOKEN_REJECTIONS.has(error.code);
}

/**
 * A token of a retired key is `invalid_token`, so that its client refreshes; all other entries revoke it for good.
 * @throws AuthError
 */
export function assertNotRevoked({ keyId }: VerifiedAccess, revokedKeys: ReadonlySet<string>): void {
  if (keyId !== undefined && revokedKeys.has(revocationKey.signingKey(keyId)))
    throw new AuthError("invalid_token");
  if (revokedKeys.size > 0) throw new AuthError("revoked_token");
}

/**
 * Checks that a refresh token belongs to a live session that may be refreshed; callers check its generation. After
 * the signature it reads from storage once: all lookups at the same time.
 * @throws AuthError `invalid_token`, `expired_token` or `revoked_token`
 */
export async function checkRefreshToken(
  deps: RefreshCheckDeps,
  token: string,
  now: Date,
): Promise<LiveRefresh> {
  const claims = await deps.verifier.verifyRefresh(token, now);
  const [user, session, revokedKeys] = await Promise.all([
    deps.users.findById(claims.userId),
    deps.sessions.find(claims.sessionId),
    deps.revocations.find(refreshRevocationKeysOf(claims.sessionId), now),
  ]);
  if (revokedKeys.size > 0 || user === undefined || session === undefined)
    throw new AuthError("revoked_token");
  if (session.userId !== user.id) throw new AuthError("invalid_token");
  if (isExpired(session, now, deps.sessionIdleTtlMs)) throw new AuthError("expired_token");
  if (!acceptsEpoch(user, sessionEpochOf(session))) throw new AuthError("revoked_token");
  return { claims, session, user };
}
