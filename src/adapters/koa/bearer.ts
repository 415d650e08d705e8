import type { Context } from "koa";
import { HttpProblem } from "./problem.ts";

const BEARER = /^bearer(?: +(.*))?$/i;
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/;

/**
 * The bearer token of the request (RFC 6750, section 2.1), from its header and nowhere else.
 * @throws HttpProblem `missing_token`; `malformed_request` where it cannot be told which token is meant
 */
export function bearerToken(ctx: Context): string {
  const values = ctx.req.headersDistinct.authorization ?? [];
  if (values.length > 1) throw new HttpProblem("malformed_request", "Send one Authorization header");
  const token = BEARER.exec(values[0] ?? "")?.[1]?.trim() ?? "";
  if (token === "")
    throw new HttpProblem("missing_token", "Send the token as: Authorization: Bearer <token>");
  if (!B64TOKEN.test(token))
    throw new HttpProblem("malformed_request", "The Authorization header is malformed");
  return token;
}
