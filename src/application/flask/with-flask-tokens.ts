import { AuthError } from "../../domain/errors.ts";
import { flaskSessionId, isFlaskLife, isFlaskTokenOf } from "../../domain/flask/flask-token.ts";
import { revocationKey } from "../../domain/revocation.ts";
import type { User } from "../../domain/user.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import type { TokenVerifier } from "../ports/tokens.ts";
import { type StartSessionDeps, startSession } from "../sessions/start-session.ts";
import type { FlaskToken, FlaskTokenVerifier } from "./flask-tokens.ts";

export interface FlaskTokensDeps extends StartSessionDeps {
  readonly users: UserRepository;
  readonly canonicalEmail: (text: string) => string;
}

export interface FlaskTokensOptions {
  readonly flaskTokens: FlaskTokenVerifier;
  /** From this moment on, tokens of the Flask server are refused. */
  readonly acceptedUntil: Date;
  /** Whether a presented refresh token begins its session. If not, nothing is written. */
  readonly beginsSessions: boolean;
}

interface Options {
  readonly evenExpired?: boolean;
}

/**
 * Also accepts the tokens of the Flask server, as if they were this service's own of epoch 0. An access token
 * counts as one of a session without a record. A refresh token counts as the first one of a session that begins
 * when it is first presented. So every step that ends tokens here ends those too. They cost one more round
 * trip.
 */
export function withFlaskTokens(
  own: TokenVerifier,
  deps: FlaskTokensDeps,
  { flaskTokens, acceptedUntil, beginsSessions }: FlaskTokensOptions,
): TokenVerifier {
  async function read(kind: FlaskToken["kind"], token: string, now: Date, options?: Options) {
    const legacy = await flaskTokens.verify(token, now, options);
    if (legacy.kind !== kind || !isFlaskLife(legacy)) throw new AuthError("invalid_token");
    const user = await deps.users.findByEmail(deps.canonicalEmail(legacy.identity));
    if (user === undefined || !isFlaskTokenOf(user, legacy)) throw new AuthError("revoked_token");
    return { legacy, user };
  }

  /** Tries a token as a legacy token if the service's own verifier does not recognise it. */
  async function either<T>(now: Date, asOwn: Promise<T>, asFlask: () => Promise<T>): Promise<T> {
    try {
      return await asOwn;
    } catch (error) {
      const isUnknown = error instanceof AuthError && error.code === "invalid_token";
      if (!isUnknown || now >= acceptedUntil) throw error;
      return asFlask();
    }
  }

  return {
    verifyAccess: (token, now, options) =>
      either(now, own.verifyAccess(token, now, options), async () => {
        const { legacy, user } = await read("access", token, now, options);
        const sessionId = flaskSessionId(legacy.tokenId);
        return {
          ...legacy,
          userId: user.id,
          sessionId,
          epoch: 0,
          username: undefined,
          emailVerified: user.emailVerified,
          keyId: undefined,
        };
      }),
    verifyRefresh: (token, now, options) =>
      either(now, own.verifyRefresh(token, now, options), async () => {
        const { legacy, user } = await read("refresh", token, now, options);
        const sessionId = flaskSessionId(legacy.tokenId);
        if (beginsSessions && legacy.expiresAt > now) await haveSession(deps, sessionId, legacy, user, now);
        return { userId: user.id, sessionId, generation: 0, payload: legacy.payload };
      }),
  };
}

/**
 * Finds the session of a refresh token, or begins it. @throws AuthError `revoked_token` if the token was
 * revoked, at the Flask server or here
 */
async function haveSession(
  deps: FlaskTokensDeps,
  id: string,
  { tokenId, issuedAt, expiresAt }: FlaskToken,
  user: User,
  now: Date,
): Promise<void> {
  const { sessions, revocations } = deps;
  const [found, stops] = await Promise.all([
    sessions.find(id),
    revocations.find([revocationKey.token(tokenId), revocationKey.session(id)], now),
  ]);
  if (stops.size > 0) throw new AuthError("revoked_token");
  if (found !== undefined) return;
  const session = {
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
  };
  try {
    await startSession(deps, session, now);
  } catch (error) {
    // of two concurrent first uses, one finds the session that the other has begun
    if ((await sessions.find(id)) === undefined) throw error;
  }
}
