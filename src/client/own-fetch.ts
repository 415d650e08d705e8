import { AuthApiError, errorOf, saysTokenIsOver } from "./errors.ts";
import type { InTime } from "./in-time.ts";
import type { Keeper } from "./keeper.ts";
import { bearer, type Fetch } from "./wire.ts";

/**
 * `fetch` for one's own APIs: with the access token, and once more with the next one where a 401 says that the first is
 * over. Requests to other origins, and those that bring an `Authorization` of their own, pass as they are.
 */
export function makeOwnFetch(
  keeper: Keeper,
  inTime: InTime,
  fetch: Fetch,
  origins: ReadonlySet<string>,
): Fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    if (!origins.has(originOf(input)) || headers.has("authorization")) return fetch(input, init);
    const send = (accessToken: string | undefined, target = input) => {
      if (accessToken !== undefined) headers.set("authorization", bearer(accessToken) as string);
      return fetch(target, { ...init, headers });
    };
    // sending takes a request's body away; the copy is for the second time
    const copy = input instanceof Request && input.body !== null ? input.clone() : input;
    const sent = await inTime(() => keeper.current());
    const response = await send(sent.access_token);
    if (response.status !== 401 || isStream(init?.body)) return response;
    const accessToken = await inTime(() => nextToken(keeper, sent, response));
    return accessToken === undefined ? response : send(accessToken, copy);
  };
}

/** Where the user is signed out, the 401 is the answer; where refreshing fails otherwise, it is not. */
async function nextToken(keeper: Keeper, sent: Parameters<Keeper["next"]>[0], response: Response) {
  try {
    return await keeper.next(sent, await refusalOf(response));
  } catch (error) {
    if (saysTokenIsOver(error)) return undefined;
    throw error;
  }
}

/** By the code of a problem document, or by the challenge (RFC 6750, section 3). */
async function refusalOf(response: Response): Promise<AuthApiError> {
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json");
  const body = isProblem
    ? await response
        .clone()
        .json()
        .catch(() => undefined)
    : undefined;
  const refusal = errorOf(response, body);
  const isInvalid = /\berror="?invalid_token\b/.test(response.headers.get("www-authenticate") ?? "");
  const isUnsaid = refusal.code === "unexpected_answer";
  return isUnsaid && isInvalid ? new AuthApiError("invalid_token", 401, refusal.message) : refusal;
}

function originOf(input: string | URL | Request): string {
  const base = globalThis.location?.href;
  return new URL(input instanceof Request ? input.url : input, base).origin;
}

/** A stream is gone once it is sent. Others than the standard's are known to Node alone. */
function isStream(body: unknown): boolean {
  return (
    typeof body === "object" &&
    body !== null &&
    (body instanceof ReadableStream || Symbol.asyncIterator in body)
  );
}
