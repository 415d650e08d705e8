import type { Context } from "koa";
import { HttpProblem } from "./problem.ts";

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
  const values = ctx.req.headersDistinct.authorization ?? [];
  return { token: BEARER.exec(values[0] ?? "")?.[1] ?? "", isAmbiguous: values.length > 1 };
}
