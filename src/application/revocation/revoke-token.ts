import type { Logout } from "../sessions/logout.ts";
import { isTokenRejection } from "../tokens/check-token.ts";
import type { RevokeAccess } from "./revoke-access.ts";

export interface RevokeTokenDeps {
  readonly revokeAccess: RevokeAccess;
  readonly logout: Logout;
}

/**
 * Revokes a token of either kind (RFC 7009): an access token alone, a refresh token with its whole session.
 * A token that is no good already is as revoked as it can be.
 */
export type RevokeToken = (token: string) => Promise<void>;

export function makeRevokeToken({ revokeAccess, logout }: RevokeTokenDeps): RevokeToken {
  return async (token) => {
    const refused = await refusalOf(revokeAccess(token));
    // an access token that is over needs nothing; what is no access token may be a refresh token
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
