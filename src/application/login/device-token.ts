import { AuthError } from "../../domain/errors.ts";
import type { TokenVerifier } from "../ports/tokens.ts";
import { readEitherToken } from "../tokens/read-either-token.ts";

/** A session that a device had, and its user. */
export interface DeviceSession {
  readonly userId: string;
  readonly sessionId: string;
  /** The `kid` of the key that signed the token, if keys have one. */
  readonly keyId: string | undefined;
}

/**
 * The session of a token that a device presents at a login. The token may have expired or been revoked. `undefined` for a
 * token that is not genuine: the login then goes on as if there were none. `verifier` must change nothing.
 * @throws AuthError `storage_unavailable`
 */
export async function readDeviceToken(
  verifier: TokenVerifier,
  token: string,
  now: Date,
): Promise<DeviceSession | undefined> {
  try {
    const { userId, sessionId, keyId } = await readEitherToken(verifier, token, now);
    return { userId, sessionId, keyId };
  } catch (error) {
    if (error instanceof AuthError && error.code !== "storage_unavailable") return undefined;
    throw error;
  }
}
