import type { RateLimiter } from "../../../application/limits/rate-limiter.ts";
import { makeCompleteLogin } from "../../../application/login/complete-login.ts";
import { makeLogin } from "../../../application/login/login.ts";
import { makeReauthenticate } from "../../../application/login/reauthenticate.ts";
import type { TokenVerifier } from "../../../application/ports/tokens.ts";
import type { Factories, Made } from "../container.ts";
import { loginLimit } from "../throttle-limits.ts";
import { acceptingFlaskTokens } from "./flask.ts";
import { type LimitParts, rateLimiterFor } from "./limits.ts";
import type { MailParts } from "./mail.ts";
import type { Opened, Shared } from "./shared.ts";
import type { TokenParts } from "./tokens.ts";

const useCases = {
  login: makeLogin,
  completeLogin: makeCompleteLogin,
  reauthenticate: makeReauthenticate,
};

export interface LoginParts extends Made<typeof useCases> {
  readonly formerTokens: TokenVerifier;
  readonly loginRateLimiter: RateLimiter;
  readonly verifiedEmailRequired: boolean;
}

export function login({
  config,
}: Pick<Opened, "config">): Factories<LoginParts, Shared & LimitParts & TokenParts & MailParts> {
  return {
    formerTokens: (all) => acceptingFlaskTokens(config, all),
    loginRateLimiter: ({ events }) =>
      rateLimiterFor(config, { scope: "sessions", limit: loginLimit(config), events }),
    verifiedEmailRequired: () => config.REQUIRE_VERIFIED_EMAIL,
    ...useCases,
  };
}
