import type { Logout } from "../sessions/logout.ts";
import { isTokenRejection } from "../tokens/check-token.ts";
import type { RevokeAccess } from "./revoke-access.ts";

export interface RevokeTokenDeps {
  readonly revokeAccess: RevokeAccess;
  readonly logout: Logout;
}

/**
 * Revokes a token (RFC 7009): only the token itself for an access token, the whole session for a refresh token.
 * An invalid token needs no revocation.
 */
export type RevokeToken = (token: string) => Promise<void>;

export function makeRevokeToken({ revokeAccess, logout }: RevokeTokenDeps): RevokeToken {
  return async (token) => {
    const refused = await refusalOf(revokeAccess(token));
    // an expired or revoked access token needs nothing; an unknown token may be a refresh token
    if (refused === "invalid_token") await refusalOf(logout(token));
  };
}

async function refusalOf(call: Promise<void>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (isTokenRejection(error)) return error.code;
    throw error;
  }
}
