import { AuthError } from "../../domain/errors.ts";
import type { TokenVerifier } from "../ports/tokens.ts";
import { readEitherToken } from "../tokens/read-either-token.ts";

/** The session that a device had, and its user. */
export interface DeviceSession {
  readonly userId: string;
  readonly sessionId: string;
  /** The key that signed the token, where keys have names. */
  readonly keyId: string | undefined;
}

/**
 * What a token says of the device that presents it at a login, be it expired or revoked; `undefined` for any that
 * is not good for this. What is wrong with it is nobody's concern: the login goes on as if none had come.
 * `verifier` must change nothing.
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
