import { checkAccessToken } from "./check-token.ts";
import type { Clock } from "./ports/clock.ts";
import type { RevocationRepository } from "./ports/revocations.ts";
import type { TokenVerifier } from "./ports/tokens.ts";
import type { UserRepository } from "./ports/users.ts";

export interface MeDeps {
  readonly clock: Clock;
  readonly verifier: TokenVerifier;
  readonly users: UserRepository;
  readonly revocations: RevocationRepository;
}

/** The account as its owner sees it. */
export interface Profile {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly createdAt: Date;
}

/**
 * Whose access token this is.
 * @throws AuthError `invalid_token`, `expired_token`, `revoked_token`
 */
export type Me = (accessToken: string) => Promise<Profile>;

export function makeMe(deps: MeDeps): Me {
  return async (accessToken) => {
    const { user } = await checkAccessToken(deps, accessToken, deps.clock.now());
    return {
      id: user.id,
      username: user.username.shown,
      email: user.email.shown,
      createdAt: user.createdAt,
    };
  };
}
