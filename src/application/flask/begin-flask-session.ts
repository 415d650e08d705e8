import { AuthError } from "../../domain/errors.ts";
import { flaskSessionId } from "../../domain/flask/flask-token.ts";
import { revocationKey } from "../../domain/revocation.ts";
import { withAuthentication } from "../../domain/session.ts";
import type { User } from "../../domain/user.ts";
import { type StartSessionDeps, storeSession } from "../sessions/start-session.ts";
import type { FlaskToken } from "./flask-tokens.ts";

/**
 * Begins the session of a refresh token of the Flask server, unless it exists already.
 * @throws AuthError `revoked_token` if the token was revoked, at the Flask server or here
 */
export async function beginFlaskSession(
  deps: StartSessionDeps,
  { tokenId, issuedAt, expiresAt }: FlaskToken,
  user: User,
  now: Date,
): Promise<void> {
  const { sessions, revocations } = deps;
  const id = flaskSessionId(tokenId);
  const [found, revokedKeys] = await Promise.all([
    sessions.find(id),
    revocations.find([revocationKey.token(tokenId), revocationKey.session(id)], now),
  ]);
  if (revokedKeys.size > 0) throw new AuthError("revoked_token");
  if (found !== undefined) return;
  const session = withAuthentication({
    id,
    userId: user.id,
    epoch: 0,
    generation: 0,
    generationStartedAt: issuedAt,
    createdAt: now,
    lastUsedAt: now,
    expiresAt,
    // the token does not name the device it was issued to
    userAgent: "",
    ip: "",
  });
  try {
    // where the account has a second factor, the session can be ended but not refreshed
    await storeSession(deps, session, now);
  } catch (error) {
    // of two concurrent first uses, one finds the session that the other has begun
    if ((await sessions.find(id)) === undefined) throw error;
  }
}
