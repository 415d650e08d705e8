import { accountCalls } from "./account-calls.ts";
import type { AuthApiError } from "./errors.ts";
import { type Locks, makeKeeper } from "./keeper.ts";
import { openCalls } from "./open-calls.ts";
import { makeOwnFetch } from "./own-fetch.ts";
import { sessionCalls } from "./session-calls.ts";
import { memoryTokens, type TokenStore } from "./tokens.ts";
import { type Fetch, makeWire } from "./wire.ts";

export type * from "./answers.ts";
export { browserTokens } from "./browser-tokens.ts";
export { AuthApiError, type ErrorCode, type FieldError, type KnownErrorCode } from "./errors.ts";
export type { Locks } from "./keeper.ts";
export { memoryTokens, storageTokens, type TextStorage, type TokenStore, type Tokens } from "./tokens.ts";
export type { Fetch } from "./wire.ts";

export interface ClientOptions {
  /** Where the service is, as `https://auth.example.org`. */
  readonly baseUrl: string;
  /** In memory, unless told otherwise. */
  readonly tokens?: TokenStore;
  /** Origins besides the service's that `client.fetch` sends the access token to. */
  readonly apiOrigins?: readonly string[];
  /** Told once when the session turns out to be over, other than by a call of this client. */
  readonly onSignedOut?: (error: AuthApiError) => void;
  /** Milliseconds after which a call to the service is given up; 10 s. */
  readonly timeoutMs?: number;
  readonly fetch?: Fetch;
  /** Web Locks, where the store has a `lockName`; `navigator.locks`. */
  readonly locks?: Locks;
}

/** Every call of the service. What the service refuses, or cannot be asked for, rejects with `AuthApiError`. */
export type Client = ReturnType<typeof createClient>;

/** A client of the service for one user at a time. */
export function createClient(options: ClientOptions) {
  const baseUrl = withoutEndSlashes(options.baseUrl);
  // looked up as it is called, so that what replaces it later, as tracing does, has its turn
  const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const tokens = options.tokens ?? memoryTokens();
  const send = makeWire(baseUrl, fetch, options.timeoutMs ?? 10_000);
  const keeper = makeKeeper({
    wire: send,
    tokens,
    locks: options.locks ?? globalThis.navigator?.locks,
    onSignedOut: options.onSignedOut ?? (() => {}),
  });
  const origins = [baseUrl, ...(options.apiOrigins ?? [])].map((url) => new URL(url).origin);
  return {
    ...sessionCalls(send, tokens, keeper),
    ...accountCalls(send, tokens, keeper),
    ...openCalls(send),
    fetch: makeOwnFetch(keeper, fetch, new Set(origins)),
  };
}

function withoutEndSlashes(url: string): string {
  let end = url.length;
  while (url[end - 1] === "/") end -= 1;
  return url.slice(0, end);
}
