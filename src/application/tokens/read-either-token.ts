import { AuthError } from "../../domain/errors.ts";
import type { TokenVerifier, VerifiedAccess } from "../ports/tokens.ts";
import { assertNotRevoked, refreshRevocationKeysOf, revocationKeysOf } from "./check-token.ts";

/** A genuine token of either kind, which may have expired. */
export interface PresentedToken {
  readonly userId: string;
  readonly sessionId: string;
  /** The further claims of an access token; `undefined` for a refresh token, whose session has them. */
  readonly access: VerifiedAccess | undefined;
  readonly keyId: string | undefined;
  /** The keys of the entries that revoke the token, and the error to throw if there are such entries. */
  readonly keys: string[];
  assertNotRevoked(revokedKeys: ReadonlySet<string>): void;
}

/** @throws AuthError `invalid_token` if it is neither an access nor a refresh token of this service */
export async function readEitherToken(
  verifier: TokenVerifier,
  token: string,
  now: Date,
): Promise<PresentedToken> {
  const evenExpired = { evenExpired: true };
  try {
    const claims = await verifier.verifyAccess(token, now, evenExpired);
    const { userId, sessionId, keyId } = claims;
    return {
      userId,
      sessionId,
      keyId,
      access: claims,
      keys: revocationKeysOf(claims),
      assertNotRevoked: (revokedKeys) => assertNotRevoked(claims, revokedKeys),
    };
  } catch (error) {
    if (!(error instanceof AuthError) || error.code !== "invalid_token") throw error;
  }
  const { userId, sessionId } = await verifier.verifyRefresh(token, now, evenExpired);
  const keys = refreshRevocationKeysOf(sessionId);
  return { userId, sessionId, access: undefined, keyId: undefined, keys, assertNotRevoked: refuseRevoked };
}

function refuseRevoked(revokedKeys: ReadonlySet<string>): void {
  if (revokedKeys.size > 0) throw new AuthError("revoked_token");
}
