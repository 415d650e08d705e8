import type { AccessKeys } from "../../../adapters/jose/access-keys.ts";
import { makeTokens } from "../../../adapters/jose/tokens.ts";
import type { TokenIssuer, TokenVerifier } from "../../../application/ports/tokens.ts";
import { makeIntrospect } from "../../../application/tokens/introspect.ts";
import type { Factories, Made } from "../container.ts";
import { keysFor } from "../secrets.ts";
import { beginningFlaskSessions } from "./flask.ts";
import type { Opened, Shared } from "./shared.ts";

const useCases = { introspect: makeIntrospect };

export interface TokenParts extends Made<typeof useCases> {
  readonly tokens: TokenIssuer & TokenVerifier;
  readonly issuer: TokenIssuer;
  readonly verifier: TokenVerifier;
  /** The keys to verify access tokens with, as JWKs (RFC 7517). */
  readonly publicKeys: () => object[];
  readonly accessTokenTtlMs: number;
  readonly secondFactorRequired: boolean;
  readonly refreshTokenTtlMs: number;
  readonly sessionIdleTtlMs: number | undefined;
  readonly maxSessions: number;
}

export interface TokenOptions extends Pick<Opened, "config" | "secrets"> {
  readonly keys: { readonly accessKeys: AccessKeys };
}

export function tokens({
  config,
  secrets,
  keys: { accessKeys },
}: TokenOptions): Factories<TokenParts, Shared> {
  return {
    tokens: () =>
      makeTokens({ issuer: config.ISSUER, accessKeys, refreshKeys: keysFor("refresh-tokens", secrets) }),
    issuer: (all) => all.tokens,
    verifier: (all) => beginningFlaskSessions(config, all),
    publicKeys:
      ({ clock }) =>
      () =>
        accessKeys.publicKeys(clock.now()),
    accessTokenTtlMs: () => config.ACCESS_TOKEN_TTL,
    secondFactorRequired: () => config.REQUIRE_SECOND_FACTOR === "all",
    refreshTokenTtlMs: () => config.REFRESH_TOKEN_TTL,
    sessionIdleTtlMs: () => config.SESSION_IDLE_TTL,
    maxSessions: () => config.MAX_SESSIONS,
    ...useCases,
  };
}
