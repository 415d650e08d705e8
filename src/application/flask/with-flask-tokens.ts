import { AuthError } from "../../domain/errors.ts";
import { lacksSecondFactor } from "../../domain/factors/factors.ts";
import { flaskSessionId, isFlaskLife, isFlaskTokenOf } from "../../domain/flask/flask-token.ts";
import type { User } from "../../domain/user.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import type { TokenVerifier } from "../ports/tokens.ts";
import type { FlaskToken, FlaskTokenVerifier } from "./flask-tokens.ts";

export interface FlaskTokensDeps {
  readonly users: UserRepository;
  readonly canonicalEmail: (text: string) => string;
}

export interface FlaskTokensOptions {
  readonly flaskTokens: FlaskTokenVerifier;
  /** From this moment on, tokens of the Flask server are refused. */
  readonly acceptedUntil: Date;
  /**
   * Called for a refresh token that has not expired, before it is accepted. If there is none, verifying writes nothing.
   * @throws AuthError if the token is to be refused
   */
  readonly beginSession?: ((token: FlaskToken, user: User, now: Date) => Promise<void>) | undefined;
}

interface VerifyOptions {
  readonly evenExpired?: boolean;
}

/**
 * Also accepts the tokens of the Flask server, as if they were this service's own of epoch 0. An access token
 * counts as one of a session without a record. A refresh token counts as the first one of the session
 * `flaskSessionId`. So every step that ends tokens here ends those too. They cost one more round trip.
 */
export function withFlaskTokens(
  own: TokenVerifier,
  { users, canonicalEmail }: FlaskTokensDeps,
  { flaskTokens, acceptedUntil, beginSession }: FlaskTokensOptions,
): TokenVerifier {
  async function read(kind: FlaskToken["kind"], text: string, now: Date, options?: VerifyOptions) {
    const token = await flaskTokens.verify(text, now, options);
    if (token.kind !== kind || !isFlaskLife(token)) throw new AuthError("invalid_token");
    const user = await users.findByEmail(canonicalEmail(token.identity));
    if (user === undefined || !isFlaskTokenOf(user, token)) throw new AuthError("revoked_token");
    return { token, user };
  }

  /** Tries a token as one of the Flask server if the service's own verifier does not recognise it. */
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
    verifyAccess: (text, now, options) =>
      either(now, own.verifyAccess(text, now, options), async () => {
        const { token, user } = await read("access", text, now, options);
        if (lacksSecondFactor({ amr: [], createdAt: token.issuedAt }, user.factors)) {
          throw new AuthError("revoked_token");
        }
        return {
          ...token,
          userId: user.id,
          sessionId: flaskSessionId(token.tokenId),
          epoch: 0,
          username: undefined,
          emailVerified: user.emailVerified,
          // so it never counts as recent
          authenticatedAt: undefined,
          acr: undefined,
          isLimited: false,
          keyId: undefined,
        };
      }),
    verifyRefresh: (text, now, options) =>
      either(now, own.verifyRefresh(text, now, options), async () => {
        const { token, user } = await read("refresh", text, now, options);
        if (token.expiresAt > now) await beginSession?.(token, user, now);
        const sessionId = flaskSessionId(token.tokenId);
        return { userId: user.id, sessionId, generation: 0, payload: token.payload };
      }),
  };
}
