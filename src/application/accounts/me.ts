import type { User } from "../../domain/user.ts";
import type { Clock } from "../ports/clock.ts";
import { type AccessCheckDeps, checkAccessToken } from "../tokens/check-token.ts";

export interface MeDeps extends AccessCheckDeps {
  readonly clock: Clock;
}

/** The account as its owner sees it. */
export interface Profile {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly createdAt: Date;
}

/**
 * The account of the token's user.
 * @throws AuthError `invalid_token`, `expired_token`, `revoked_token`
 */
export type Me = (accessToken: string) => Promise<Profile>;

export function makeMe(deps: MeDeps): Me {
  return async (accessToken) => {
    const { user } = await checkAccessToken(deps, accessToken, deps.clock.now());
    return profileOf(user);
  };
}

export function profileOf(user: User): Profile {
  return {
    id: user.id,
    username: user.username.shown,
    email: user.email.shown,
    emailVerified: user.emailVerified,
    createdAt: user.createdAt,
  };
}
