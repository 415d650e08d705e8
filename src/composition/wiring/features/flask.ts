import { flaskTokenVerifier } from "../../../adapters/jose/flask-tokens.ts";
import {
  type FlaskTokensDeps,
  type FlaskTokensOptions,
  withFlaskTokens,
} from "../../../application/flask/with-flask-tokens.ts";
import type { TokenVerifier } from "../../../application/ports/tokens.ts";
import type { Config } from "../../settings/config.ts";

/** Verifies the service's own tokens, and the Flask server's while they are accepted. */
export function acceptingFlaskTokens(
  { JWT_SECRET_KEY: sharedSecret, ACCEPT_LEGACY_TOKENS_UNTIL: acceptedUntil }: Config,
  all: FlaskTokensDeps & { readonly tokens: TokenVerifier },
  { beginsSessions }: Pick<FlaskTokensOptions, "beginsSessions">,
): TokenVerifier {
  if (sharedSecret === undefined || acceptedUntil === undefined) return all.tokens;
  const options = { flaskTokens: flaskTokenVerifier(sharedSecret), acceptedUntil, beginsSessions };
  return withFlaskTokens(all.tokens, all, options);
}
