import { legacyTokens } from "../../../adapters/jose/legacy-tokens.ts";
import {
  type LegacyTokensDeps,
  type LegacyTokensOptions,
  withLegacyTokens,
} from "../../../application/flask/with-legacy-tokens.ts";
import type { TokenVerifier } from "../../../application/ports/tokens.ts";
import type { Config } from "../../settings/config.ts";

/** Verifies the service's own tokens, and the Flask server's while they are accepted. */
export function withLegacy(
  { JWT_SECRET_KEY: sharedSecret, ACCEPT_LEGACY_TOKENS_UNTIL: acceptedUntil }: Config,
  all: LegacyTokensDeps & { readonly tokens: TokenVerifier },
  { beginsSessions }: Pick<LegacyTokensOptions, "beginsSessions">,
): TokenVerifier {
  if (sharedSecret === undefined || acceptedUntil === undefined) return all.tokens;
  const options = { legacyTokens: legacyTokens(sharedSecret), acceptedUntil, beginsSessions };
  return withLegacyTokens(all.tokens, all, options);
}
