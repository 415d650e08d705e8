import { createRemoteJWKSet, errors, jwtVerify } from "jose";

/** Seconds by which this machine's clock and the service's may differ; a token is not good before it was made. */
const LEEWAY = 5;

/** Thrown where it cannot be told whether a token is good: answer 503, and never let anybody in. */
export class Unavailable extends Error {}

/**
 * Checks tokens by themselves, with the published keys. Costs a signature and no request, and sees nothing of a
 * logout: a token is good until it expires.
 */
export function offline({ issuer, audience }) {
  mustBeSet({ issuer, audience });
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
  return async (token) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        typ: "at+jwt",
        clockTolerance: LEEWAY,
      });
      return payload;
    } catch (error) {
      if (REFUSALS.has(error.code)) return refused(error.message);
      throw new Unavailable("The keys cannot be had", { cause: error });
    }
  };
}

/** What jose says of a token; anything else is about fetching the keys. */
const REFUSALS = new Set(
  [
    errors.JWTExpired,
    errors.JWTClaimValidationFailed,
    errors.JWTInvalid,
    errors.JWSInvalid,
    errors.JWSSignatureVerificationFailed,
    errors.JWKSNoMatchingKey,
    errors.JOSEAlgNotAllowed,
    errors.JOSENotSupported,
  ].map(({ code }) => code),
);

/**
 * Asks the service about each token (RFC 7662). Costs a request each time, and sees a logout, a changed password or
 * a disabled account at once.
 */
export function online({ issuer, audience, clientId, clientSecret }) {
  mustBeSet({ issuer, audience, clientId, clientSecret });
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
  return async (token) => {
    const claims = await ask(token);
    if (!claims.active) return refused("the service says that it is not active");
    return [claims.aud].flat().includes(audience)
      ? claims
      : refused(`it is for ${claims.aud}, not ${audience}`);
  };

  async function ask(token) {
    try {
      const answer = await fetch(`${issuer}/oauth/introspect`, {
        method: "POST",
        headers: { authorization },
        body: new URLSearchParams({ token }),
        signal: AbortSignal.timeout(5_000),
      });
      if (answer.ok) return await answer.json();
      throw new Error(`The service answers ${answer.status}`);
    } catch (error) {
      throw new Unavailable("The service cannot be asked", { cause: error });
    }
  }
}

/** Clients are not told why, whoever runs the API is: most often an issuer or an audience that does not fit. */
function refused(reason) {
  console.warn(`A token was refused: ${reason}`);
  return undefined;
}

/** Without an audience, a token for any other API would do. Names them as the environment does. */
function mustBeSet(names) {
  const missing = Object.keys(names).filter((name) => !names[name]);
  const variables = missing.map((name) => name.replace(/[A-Z]/g, "_$&").toUpperCase());
  if (missing.length > 0) throw new Error(`Tokens cannot be checked: set ${variables.join(" and ")}`);
}

/**
 * The check that the environment asks for: online where it names a client.
 * @throws Error where a variable is missing
 */
export function checkFrom({ ISSUER, AUDIENCE, CLIENT_ID, CLIENT_SECRET }) {
  const names = { issuer: ISSUER, audience: AUDIENCE };
  const isOnline = Boolean(CLIENT_ID || CLIENT_SECRET);
  return isOnline ? online({ ...names, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }) : offline(names);
}

/**
 * The pages of other origins that may call, by `CORS_ORIGINS` with commas between, as options of CORS middleware. Browsers
 * hide from them why a token is refused, and when to try again, unless the API exposes these headers.
 */
export function pagesFrom({ CORS_ORIGINS = "" }) {
  const origin = CORS_ORIGINS.split(",").filter((each) => each !== "");
  return { origin, exposedHeaders: ["WWW-Authenticate", "Retry-After"] };
}

/**
 * Whom a request comes from, or how to refuse it, whatever the framework: `{ user }` with the claims, or
 * `{ status, headers, body }`.
 */
export function makeGate(check) {
  return async (authorization = "") => {
    const [, token] = /^bearer +(\S+)$/i.exec(authorization) ?? [];
    if (!token) return refusal(401, "missing_token", { "www-authenticate": "Bearer" });
    try {
      const user = await check(token);
      return user
        ? { user }
        : refusal(401, "invalid_token", { "www-authenticate": 'Bearer error="invalid_token"' });
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      return refusal(503, "unavailable", { "retry-after": "1" });
    }
  };
}

/** The classes of authentication of this service: one factor, two. */
const ACR_VALUES = ["urn:hbtu:1", "urn:hbtu:2"];

/**
 * How to refuse a user who authenticated more than `maxAge` seconds ago (RFC 9470); `undefined` for one who did not. Asks
 * for `acr` or a higher class. A token that does not say when its user authenticated is refused.
 */
export function refusalUnlessRecent(user, maxAge = 300, acr = "urn:hbtu:1") {
  const age = Math.floor(Date.now() / 1_000) - user.auth_time;
  const isRecent = age >= -LEEWAY && age <= maxAge;
  if (isRecent && ACR_VALUES.indexOf(user.acr) >= ACR_VALUES.indexOf(acr)) return undefined;
  const challenge = `error="insufficient_user_authentication", acr_values="${acr}", max_age="${maxAge}"`;
  return refusal(401, "reauthentication_required", { "www-authenticate": `Bearer ${challenge}` });
}

function refusal(status, code, headers) {
  return { status, headers, body: { code } };
}
