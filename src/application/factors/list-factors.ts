import { recoveryCodesLeft } from "../../domain/factors/factors.ts";
import { NO_PASSWORD, type User } from "../../domain/user.ts";
import type { Clock } from "../ports/clock.ts";
import { type AccessCheckDeps, checkAnyAccessToken } from "../tokens/check-token.ts";

export interface ListFactorsDeps extends AccessCheckDeps {
  readonly clock: Clock;
}

/** The second factors of an account, and whether it has a password. */
export interface ListedFactors {
  readonly hasPassword: boolean;
  /** When the authenticator was set up; `undefined` if there is none. */
  readonly totpSince: Date | undefined;
  readonly recoveryCodesLeft: number;
}

/**
 * The factors of the token's user.
 * @throws AuthError `invalid_token`, `expired_token`, `revoked_token`
 */
export type ListFactors = (accessToken: string) => Promise<ListedFactors>;

export function makeListFactors(deps: ListFactorsDeps): ListFactors {
  return async (accessToken) => {
    const { user } = await checkAnyAccessToken(deps, accessToken, deps.clock.now());
    return factorsOf(user);
  };
}

function factorsOf({ passwordHash, factors }: User): ListedFactors {
  return {
    hasPassword: passwordHash !== NO_PASSWORD,
    totpSince: factors?.totp?.createdAt,
    recoveryCodesLeft: recoveryCodesLeft(factors),
  };
}
