import type { ApiTokens } from "./api-tokens.ts";
import { AuthApiError, errorOf, isTokenRejection } from "./errors.ts";
import type { InTime } from "./in-time.ts";
import type { Tokens } from "./tokens.ts";
import { bearer, type Fetch } from "./wire.ts";

/**
 * `fetch` for the app's own APIs. It adds the access token, and repeats a request once with the next token
 * after a 401 that may concern the first one. Requests to other origins, and those with their own
 * `Authorization`, pass unchanged.
 */
export function makeOwnFetch(
  tokens: ApiTokens,
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
    // sending consumes a request's body; the copy is for the repetition
    const copy = input instanceof Request && input.body !== null ? input.clone() : input;
    const sent = await inTime(() => tokens.current());
    const response = await send(sent.access_token);
    // after a redirect to another origin, no token was sent
    const isOurs = !response.redirected || origins.has(originOf(response.url));
    if (response.status !== 401 || !isOurs || isStream(init?.body)) return response;
    const accessToken = await inTime(() => nextToken(tokens, sent, response));
    if (accessToken === undefined) return response;
    const again = await send(accessToken, copy);
    if (again.status === 401) tokens.refusedAgain(accessToken);
    return again;
  };
}

/**
 * The token to repeat the request with. If the user is signed out, the 401 is the answer; if refreshing fails
 * otherwise, that error is.
 */
async function nextToken(tokens: ApiTokens, sent: Tokens, response: Response) {
  try {
    return await tokens.next(sent, await refusalOf(response));
  } catch (error) {
    if (isTokenRejection(error)) return undefined;
    throw error;
  }
}

/**
 * The reason of a 401: the code of its problem document or its challenge (RFC 6750, section 3);
 * `unexpected_answer` if there is neither.
 */
async function refusalOf(response: Response): Promise<AuthApiError> {
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json");
  const body = isProblem
    ? await response
        .clone()
        .json()
        .catch(() => undefined)
    : undefined;
  const refusal = errorOf(response, body);
  const [, challenged] = /\berror="?(\w+)/.exec(response.headers.get("www-authenticate") ?? "") ?? [];
  const isUnsaid = refusal.code === "unexpected_answer";
  return isUnsaid && challenged ? new AuthApiError(challenged, 401, refusal.message) : refusal;
}

function originOf(input: string | URL | Request): string {
  const base = globalThis.location?.href;
  return new URL(input instanceof Request ? input.url : input, base).origin;
}

/** Whether a body is a stream, which can be sent only once. Only Node accepts non-standard streams. */
function isStream(body: unknown): boolean {
  return (
    typeof body === "object" &&
    body !== null &&
    (body instanceof ReadableStream || Symbol.asyncIterator in body)
  );
}
