import { createHash, timingSafeEqual } from "node:crypto";
import type { Context } from "koa";
import { HttpProblem } from "./problem.ts";

/** An API that may ask whether a token lives. */
export interface IntrospectionClient {
  readonly id: string;
  readonly secret: string;
}

/**
 * Refuses all but the clients that know their secret (RFC 6749, section 2.3.1). It takes the same time
 * whichever client is named and however much of a secret is right.
 * @throws HttpProblem `invalid_client`
 */
export function authenticateClient(ctx: Context, clients: readonly IntrospectionClient[]): void {
  const [, encoded = ""] = /^basic +([A-Za-z0-9+/]+=*)$/i.exec(ctx.get("Authorization")) ?? [];
  const raw = Buffer.from(encoded, "base64").toString();
  // the standard wants both parts form-encoded first, which many clients leave out
  const presented = [digest(raw), digest(formDecoded(raw))];
  const matches = clients.filter(({ id, secret }) => {
    const expected = digest(`${id}:${secret}`);
    return presented.filter((candidate) => timingSafeEqual(candidate, expected)).length > 0;
  });
  if (matches.length === 0) {
    throw new HttpProblem("invalid_client", "The client is unknown or its secret is wrong");
  }
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
