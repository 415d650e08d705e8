import { flaskTokenVerifier } from "../../../adapters/jose/flask-tokens.ts";
import { beginFlaskSession } from "../../../application/flask/begin-flask-session.ts";
import {
  type FlaskTokensDeps,
  type FlaskTokensOptions,
  withFlaskTokens,
} from "../../../application/flask/with-flask-tokens.ts";
import type { TokenVerifier } from "../../../application/ports/tokens.ts";
import type { StartSessionDeps } from "../../../application/sessions/start-session.ts";
import type { Config } from "../../settings/config.ts";

type TokensDeps = FlaskTokensDeps & { readonly tokens: TokenVerifier };

/** Verifies the service's own tokens, and the Flask server's while they are accepted. Writes nothing. */
export function acceptingFlaskTokens(
  { JWT_SECRET_KEY: sharedSecret, ACCEPT_LEGACY_TOKENS_UNTIL: acceptedUntil }: Config,
  all: TokensDeps,
  beginSession?: FlaskTokensOptions["beginSession"],
): TokenVerifier {
  if (sharedSecret === undefined || acceptedUntil === undefined) return all.tokens;
  const flaskTokens = flaskTokenVerifier(sharedSecret);
  return withFlaskTokens(all.tokens, all, { flaskTokens, acceptedUntil, beginSession });
}

/** The same, and a refresh token of the Flask server begins its session when it is first presented. */
export function beginningFlaskSessions(config: Config, all: TokensDeps & StartSessionDeps): TokenVerifier {
  return acceptingFlaskTokens(config, all, (token, user, now) => beginFlaskSession(all, token, user, now));
}
