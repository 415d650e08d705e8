import { createHash, timingSafeEqual } from "node:crypto";
import type { Context } from "koa";
import { z } from "zod";
import { FORM_ONLY, readBody } from "./body.ts";
import { HttpProblem } from "./problem.ts";

/** An API that may introspect tokens. */
export interface IntrospectionClient {
  readonly id: string;
  readonly secret: string;
}

/** The client's credentials in a form (RFC 6749, section 2.3.1). */
export const clientBody = z.object({
  client_id: z.string().optional().meta({
    description: "With `client_secret`, in place of the Authorization header.",
    example: "courses",
  }),
  client_secret: z.string().optional().meta({ example: "at least 32 random bytes" }),
});

/** The client authentication methods, by their names in metadata (RFC 8414, section 2). */
export const CLIENT_METHODS = ["client_secret_basic", "client_secret_post"] as const;

/**
 * Authenticates a client by HTTP Basic or by the form (RFC 6749, section 2.3.1). It takes the same time for
 * every client and secret. The header is checked first: a request with wrong credentials there is refused
 * before its body is read.
 * @throws HttpProblem `invalid_client`; `malformed_request` if both methods are used (section 2.3); those of
 * `readBody`
 */
export async function authenticateClient(
  ctx: Context,
  clients: readonly IntrospectionClient[],
): Promise<void> {
  const authorization = ctx.get("Authorization");
  // without a form, only the header can carry credentials
  if (authorization !== "" || !ctx.is(...FORM_ONLY))
    assertClientSecret(basicCredentials(authorization), clients);
  const { client_id: id, client_secret: secret } = await readBody(ctx, clientBody, { types: FORM_ONLY });
  if (authorization === "") {
    assertClientSecret(id === undefined || secret === undefined ? [] : [`${id}:${secret}`], clients);
  } else if (secret !== undefined) {
    throw new HttpProblem("malformed_request", "Name the client by HTTP Basic or in the form, not by both");
  }
}

/**
 * `id:secret` both as sent and form-decoded: the standard requires both parts to be form-encoded, which many
 * clients omit.
 */
function basicCredentials(authorization: string): string[] {
  const [, encoded] = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(authorization) ?? [];
  if (encoded === undefined) return [];
  const raw = Buffer.from(encoded, "base64").toString();
  return [raw, formDecoded(raw)];
}

const UNKNOWN = "The client is unknown or its secret is wrong";
const HOW_TO = "Name the client by HTTP Basic, or by client_id and client_secret in the form";

function assertClientSecret(credentials: readonly string[], clients: readonly IntrospectionClient[]): void {
  const presented = credentials.map(digest);
  const matches = clients.filter(({ id, secret }) => {
    const expected = digest(`${id}:${secret}`);
    // not some(), so that every comparison runs
    return presented.filter((candidate) => timingSafeEqual(candidate, expected)).length > 0;
  });
  if (matches.length > 0) return;
  throw new HttpProblem("invalid_client", credentials.length === 0 ? HOW_TO : UNKNOWN);
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
