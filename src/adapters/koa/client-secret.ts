import { createHash, timingSafeEqual } from "node:crypto";
import type { Context } from "koa";
import { z } from "zod";
import { FORM_ONLY, readBody } from "./body.ts";
import { HttpProblem } from "./problem.ts";

/** An API that may ask whether a token lives. */
export interface IntrospectionClient {
  readonly id: string;
  readonly secret: string;
}

/** How an API names itself in a form (RFC 6749, section 2.3.1). */
export const clientBody = z.object({
  client_id: z.string().optional().meta({
    description: "With `client_secret`, in place of the Authorization header.",
    example: "courses",
  }),
  client_secret: z.string().optional().meta({ example: "at least 32 bytes, made at random" }),
});

/** The ways to name a client, as metadata calls them (RFC 8414, section 2). */
export const CLIENT_METHODS = ["client_secret_basic", "client_secret_post"] as const;

/**
 * Refuses all but the clients that know their secret, by HTTP Basic or in the form (RFC 6749, section 2.3.1). It takes
 * the same time whichever client is named and however much of a secret is right. The header goes first: a request
 * with a wrong one is refused before its body is read.
 * @throws HttpProblem `invalid_client`; `malformed_request` where both ways are used (section 2.3); as `readBody`
 */
export async function authenticateClient(
  ctx: Context,
  clients: readonly IntrospectionClient[],
): Promise<void> {
  const authorization = ctx.get("Authorization");
  // without a form there is nothing that could name a client but the header
  if (authorization !== "" || !ctx.is(...FORM_ONLY)) mustBeClient(basicCredentials(authorization), clients);
  const { client_id: id, client_secret: secret } = await readBody(ctx, clientBody, { types: FORM_ONLY });
  if (authorization === "") {
    mustBeClient(id === undefined || secret === undefined ? [] : [`${id}:${secret}`], clients);
  } else if (secret !== undefined) {
    throw new HttpProblem("malformed_request", "Name the client by HTTP Basic or in the form, not by both");
  }
}

/** `id:secret` as it is, and form-decoded: the standard wants both parts form-encoded first, which many leave out. */
function basicCredentials(authorization: string): string[] {
  const [, encoded] = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(authorization) ?? [];
  if (encoded === undefined) return [];
  const raw = Buffer.from(encoded, "base64").toString();
  return [raw, formDecoded(raw)];
}

const UNKNOWN = "The client is unknown or its secret is wrong";
const HOW_TO = "Name the client by HTTP Basic, or by client_id and client_secret in the form";

function mustBeClient(credentials: readonly string[], clients: readonly IntrospectionClient[]): void {
  const presented = credentials.map(digest);
  const matches = clients.filter(({ id, secret }) => {
    const expected = digest(`${id}:${secret}`);
    // no some(): every comparison runs, whatever matches
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
