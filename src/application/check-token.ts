import { AuthError } from "../domain/errors.ts";
import { revocationKey } from "../domain/revocation.ts";
import { isOver, type Session } from "../domain/session.ts";
import { standsBehind, type User } from "../domain/user.ts";
import type { RevocationRepository } from "./ports/revocations.ts";
import type { SessionRepository } from "./ports/sessions.ts";
import type { AccessClaims, RefreshClaims, TokenVerifier } from "./ports/tokens.ts";
import type { UserRepository } from "./ports/users.ts";

interface AccessDeps {
  readonly verifier: TokenVerifier;
  readonly users: UserRepository;
  readonly revocations: RevocationRepository;
}

interface RefreshDeps extends AccessDeps {
  readonly sessions: SessionRepository;
}

/** An access token that lives, and the user who stands behind it. */
export interface LiveAccess {
  readonly claims: AccessClaims;
  readonly user: User;
}

/** A refresh token that lives, its session and user. */
export interface LiveRefresh {
  readonly claims: RefreshClaims;
  readonly session: Session;
  readonly user: User;
}

/**
 * Whether this access token lives at this moment. One round trip to storage, after the signature.
 * @throws AuthError `invalid_token`, `expired_token` or `revoked_token`
 */
export async function checkAccessToken(deps: AccessDeps, token: string, now: Date): Promise<LiveAccess> {
  const claims = await deps.verifier.verifyAccess(token, now);
  const [user, stopped] = await Promise.all([
    deps.users.findById(claims.userId),
    deps.revocations.hasAny(
      [revocationKey.token(claims.tokenId), revocationKey.session(claims.sessionId)],
      now,
    ),
  ]);
  if (stopped || user === undefined || !standsBehind(user, claims)) throw new AuthError("revoked_token");
  return { claims, user };
}

/**
 * Whether this refresh token belongs to a session that lives and may refresh; its generation is for the
 * caller to judge. One round trip to storage, after the signature.
 * @throws AuthError `invalid_token`, `expired_token` or `revoked_token`
 */
export async function checkRefreshToken(deps: RefreshDeps, token: string, now: Date): Promise<LiveRefresh> {
  const claims = await deps.verifier.verifyRefresh(token, now);
  const [user, session, stopped] = await Promise.all([
    deps.users.findById(claims.userId),
    deps.sessions.find(claims.sessionId),
    deps.revocations.hasAny(
      [revocationKey.session(claims.sessionId), revocationKey.refreshing(claims.sessionId)],
      now,
    ),
  ]);
  if (stopped || user === undefined || session === undefined) throw new AuthError("revoked_token");
  if (session.userId !== user.id) throw new AuthError("invalid_token");
  if (isOver(session, now)) throw new AuthError("expired_token");
  if (!standsBehind(user, { sessionId: session.id, epoch: session.epoch }))
    throw new AuthError("revoked_token");
  return { claims, session, user };
}
