import type { Context } from "koa";
import { HttpProblem } from "./problem.ts";

const AUTHORIZATION = "authorization";
const BEARER = /^bearer(?: +([^ ].*)?)?$/i;

/**
 * Reads the bearer token from the Authorization header only (RFC 6750, section 2.1). Does not verify it.
 * @throws HttpProblem `missing_token`; `malformed_request` if there are several headers
 */
export function bearerToken(ctx: Context): string {
  const { token, isAmbiguous } = presented(ctx);
  if (isAmbiguous) throw new HttpProblem("malformed_request", "Send one Authorization header");
  if (token === "")
    throw new HttpProblem("missing_token", "Send the token as: Authorization: Bearer <token>");
  return token;
}

/** The bearer token if there is a well-formed one, else `undefined`. */
export function bearerTokenIfAny(ctx: Context): string | undefined {
  const { token, isAmbiguous } = presented(ctx);
  return isAmbiguous || token === "" ? undefined : token;
}

function presented(ctx: Context) {
  const { rawHeaders, headers } = ctx.req;
  // Node.js keeps only the first of several such headers
  const count = rawHeaders.filter((text, index) => index % 2 === 0 && isAuthorization(text)).length;
  return { token: BEARER.exec(headers.authorization ?? "")?.[1] ?? "", isAmbiguous: count > 1 };
}

/** Whether a header has this name. The length is compared first, since most headers have another one. */
function isAuthorization(name: string): boolean {
  return name.length === AUTHORIZATION.length && name.toLowerCase() === AUTHORIZATION;
}
