import type { Context } from "koa";
import { HttpProblem } from "./problem.ts";

const BEARER = /^bearer(?: +([^ ].*)?)?$/i;

/**
 * What the request presents as its bearer token (RFC 6750, section 2.1), in its header and nowhere else. Whether
 * it is one, the verifier says.
 * @throws HttpProblem `missing_token`; `malformed_request` where it cannot be told which token is meant
 */
export function bearerToken(ctx: Context): string {
  const { token, isAmbiguous } = presented(ctx);
  if (isAmbiguous) throw new HttpProblem("malformed_request", "Send one Authorization header");
  if (token === "")
    throw new HttpProblem("missing_token", "Send the token as: Authorization: Bearer <token>");
  return token;
}

/** The token where one is presented as it should be; anything else is as good as none. */
export function bearerTokenIfAny(ctx: Context): string | undefined {
  const { token, isAmbiguous } = presented(ctx);
  return isAmbiguous || token === "" ? undefined : token;
}

function presented(ctx: Context) {
  const values = ctx.req.headersDistinct.authorization ?? [];
  return { token: BEARER.exec(values[0] ?? "")?.[1] ?? "", isAmbiguous: values.length > 1 };
}
