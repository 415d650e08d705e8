import { accountCalls } from "./account-calls.ts";
import { makeApiTokens } from "./api-tokens.ts";
import type { AuthApiError } from "./errors.ts";
import { factorCalls } from "./factor-calls.ts";
import { makeInTime } from "./in-time.ts";
import { makeKeeper } from "./keeper.ts";
import { openCalls } from "./open-calls.ts";
import { makeOwnFetch } from "./own-fetch.ts";
import { makeSafeTokens } from "./safe-tokens.ts";
import { sessionCalls } from "./session-calls.ts";
import { makeTokenClock } from "./token-clock.ts";
import { memoryTokens, type TokenStore } from "./tokens.ts";
import { type Locks, makeExclusively } from "./turns.ts";
import { makeWatchedTokens, type UserChange, type WatchedTokens } from "./watched-tokens.ts";
import { type Fetch, makeWire } from "./wire.ts";

export type * from "./answers.ts";
export { browserTokens } from "./browser-tokens.ts";
export { AuthApiError, type ErrorCode, type FieldError, type KnownErrorCode } from "./errors.ts";
export type * from "./factor-answers.ts";
export { memoryTokens, storageTokens, type TextStorage, type TokenStore, type Tokens } from "./tokens.ts";
export type { Locks } from "./turns.ts";
export type { UserChange } from "./watched-tokens.ts";
export type { Fetch } from "./wire.ts";

export interface ClientOptions {
  /** The URL of the service, such as `https://auth.example.org`. */
  readonly baseUrl: string;
  /** Default: in memory. */
  readonly tokens?: TokenStore;
  /** Further origins to which `client.fetch` sends the access token. */
  readonly apiOrigins?: readonly string[];
  /**
   * Called once when the session has ended other than by a call of this client, with the service's refusal, or
   * with `missing_token` and status 0 if another tab or client signed out.
   */
  readonly onSignedOut?: (error: AuthApiError) => void;
  /**
   * Called when a user signed in or out or was replaced, by this client or another one that shares its store.
   */
  readonly onChange?: (change: UserChange) => void;
  /** Called once when the store cannot be read or written. Until it works again, tokens are kept in memory. */
  readonly onStorageFault?: (error: unknown) => void;
  /** Deadline of a call with everything that it waits for, in milliseconds. Default: 10 s. */
  readonly timeoutMs?: number;
  readonly fetch?: Fetch;
  /** Web Locks, used if the store has a `lockName`. Default: `navigator.locks`. */
  readonly locks?: Locks;
}

/** All calls of the service. A call that is refused or gets no answer rejects with `AuthApiError`. */
export type Client = ReturnType<typeof createClient>;

/** Creates a client of the service for one user at a time. */
export function createClient(options: ClientOptions) {
  const baseUrl = withoutEndSlashes(httpUrl(options.baseUrl));
  // looked up at each call, so that a later replacement, for example by tracing, is used
  const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const store = options.tokens ?? memoryTokens();
  const timeoutMs = options.timeoutMs ?? 10_000;
  const inTime = makeInTime(makeWire(baseUrl, fetch), timeoutMs);
  // a call that waits for these must have time left for the service
  const onStorageFault = options.onStorageFault ?? (() => {});
  const { onChange = () => {}, onSignedOut = () => {} } = options;
  const tokens = makeWatchedTokens(makeSafeTokens(store, timeoutMs / 4, onStorageFault), {
    onChange,
    onSignedOut,
  });
  const locks = options.locks ?? globalThis.navigator?.locks;
  const exclusively = makeExclusively(locks, store.lockName, timeoutMs / 4);
  const clock = makeTokenClock();
  const keeper = makeKeeper({ inTime, tokens, exclusively, clock });
  const isWatched = options.onChange !== undefined || options.onSignedOut !== undefined;
  const origins = [baseUrl, ...(options.apiOrigins ?? [])].map((url) => new URL(url).origin);
  return {
    ...sessionCalls(inTime, tokens, keeper),
    ...accountCalls(inTime, tokens, keeper),
    ...factorCalls(inTime, keeper),
    ...openCalls((request, call) => inTime((wire) => wire(request, call))),
    fetch: makeOwnFetch(makeApiTokens(keeper, clock), inTime, fetch, new Set(origins)),
    /** Stops listening to other tabs and clients. Calls still work. */
    close: isWatched ? watching(tokens, store, onStorageFault) : () => {},
  };
}

/** A store whose `subscribe` fails counts as one without it: the next call notices changes. */
function watching(tokens: WatchedTokens, store: TokenStore, onFault: (error: unknown) => void): () => void {
  try {
    return tokens.watch(store.subscribe?.bind(store));
  } catch (error) {
    Promise.resolve().then(() => onFault(error));
    return () => {};
  }
}

/** @throws TypeError if it is no such URL, so that not every call fails with `network_error` */
function httpUrl(url: string): string {
  if (!/^https?:\/\/./.test(url)) throw new TypeError("baseUrl must be an http or https URL");
  return url;
}

function withoutEndSlashes(url: string): string {
  let end = url.length;
  while (url[end - 1] === "/") end -= 1;
  return url.slice(0, end);
}
