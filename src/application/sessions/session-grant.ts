import { acrOf } from "../../domain/authentication.ts";
import { usedSecondFactor } from "../../domain/factors/factors.ts";
import type { Session } from "../../domain/session.ts";
import type { User } from "../../domain/user.ts";
import type { Ids } from "../ports/ids.ts";
import type { TokenIssuer } from "../ports/tokens.ts";

/** A new access token with its facts. */
export interface AccessGrant {
  readonly username: string;
  /** The user's address in its display form. */
  readonly email: string;
  readonly accessToken: string;
  /** Lifetime of the access token, in seconds. */
  readonly expiresIn: number;
  /** True for a token that is good only for setting up or confirming a second factor. */
  readonly isLimited: boolean;
}

/** The result of a login or a registration. */
export interface SessionGrant extends AccessGrant {
  readonly refreshToken: string;
}

export interface GrantDeps {
  readonly issuer: TokenIssuer;
  readonly ids: Ids;
  readonly accessTokenTtlMs: number;
  /** Whether access tokens are limited in sessions that began without a second factor. */
  readonly secondFactorRequired: boolean;
}

/** Issues an access token for the session, which never outlives the session. `fresh`: its user has just authenticated again. */
export async function grantAccess(
  deps: GrantDeps,
  user: User,
  session: Session,
  now: Date,
  fresh = false,
): Promise<AccessGrant> {
  const issuedAt = wholeSeconds(now.getTime());
  const expiresAt = Math.min(issuedAt + deps.accessTokenTtlMs, wholeSeconds(session.expiresAt.getTime()));
  const { amr, authenticatedAt } = session;
  const used = usedSecondFactor({ acr: acrOf(amr), authenticatedAt }, user.factors);
  const isLimited = deps.secondFactorRequired && !used;
  const accessToken = await deps.issuer.issueAccess({
    userId: user.id,
    sessionId: session.id,
    epoch: session.epoch,
    tokenId: deps.ids.next(),
    identity: user.email.shown,
    username: user.username.shown,
    emailVerified: user.emailVerified,
    authenticatedAt,
    amr,
    fresh,
    isLimited,
    issuedAt: new Date(issuedAt),
    expiresAt: new Date(expiresAt),
  });
  return {
    username: user.username.shown,
    email: user.email.shown,
    accessToken,
    expiresIn: (expiresAt - issuedAt) / 1000,
    isLimited,
  };
}

export async function grantSession(
  deps: GrantDeps,
  user: User,
  session: Session,
  now: Date,
): Promise<SessionGrant> {
  const [access, refreshToken] = await Promise.all([
    grantAccess(deps, user, session, now),
    deps.issuer.issueRefresh(session),
  ]);
  return { ...access, refreshToken };
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
