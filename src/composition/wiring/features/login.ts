import type { Pace } from "../../../application/limits/pace.ts";
import { makeLogin } from "../../../application/login/login.ts";
import type { TokenVerifier } from "../../../application/ports/tokens.ts";
import type { Factories, Made } from "../container.ts";
import { loginLimit } from "../throttle-limits.ts";
import { withLegacy } from "./flask.ts";
import { type LimitParts, paceFor } from "./limits.ts";
import type { Opened, Shared } from "./shared.ts";
import type { TokenParts } from "./tokens.ts";

const useCases = { login: makeLogin };

export interface LoginParts extends Made<typeof useCases> {
  readonly formerTokens: TokenVerifier;
  readonly loginPace: Pace;
  readonly verifiedEmailRequired: boolean;
}

export function login({
  config,
}: Pick<Opened, "config">): Factories<LoginParts, Shared & LimitParts & TokenParts> {
  return {
    formerTokens: (all) => withLegacy(config, all, { beginsSessions: false }),
    loginPace: ({ events }) => paceFor(config, { scope: "sessions", limit: loginLimit(config), events }),
    verifiedEmailRequired: () => config.REQUIRE_VERIFIED_EMAIL,
    ...useCases,
  };
}
