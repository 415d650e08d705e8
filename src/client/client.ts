import { accountCalls } from "./account-calls.ts";
import { makeApiTokens } from "./api-tokens.ts";
import type { AuthApiError } from "./errors.ts";
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
export { memoryTokens, storageTokens, type TextStorage, type TokenStore, type Tokens } from "./tokens.ts";
export type { Locks } from "./turns.ts";
export type { UserChange } from "./watched-tokens.ts";
export type { Fetch } from "./wire.ts";

export interface ClientOptions {
  /** Where the service is, as `https://auth.example.org`. */
  readonly baseUrl: string;
  /** In memory, unless told otherwise. */
  readonly tokens?: TokenStore;
  /** Origins besides the service's that `client.fetch` sends the access token to. */
  readonly apiOrigins?: readonly string[];
  /**
   * Told once when the session is over, other than by a call of this client: why the service refused, or `missing_token`
   * with status 0 where another tab or client signed out.
   */
  readonly onSignedOut?: (error: AuthApiError) => void;
  /** Told when somebody signed in or out, or another user is there, by this client or another that shares its store. */
  readonly onChange?: (change: UserChange) => void;
  /** Told once when tokens cannot be read from the store or written to it; until it serves again they are kept in memory. */
  readonly onStorageFault?: (error: unknown) => void;
  /** Milliseconds after which a call is given up, with all that it waits for; 10 s. */
  readonly timeoutMs?: number;
  readonly fetch?: Fetch;
  /** Web Locks, where the store has a `lockName`; `navigator.locks`. */
  readonly locks?: Locks;
}

/** Every call of the service. What the service refuses, or cannot be asked for, rejects with `AuthApiError`. */
export type Client = ReturnType<typeof createClient>;

/** A client of the service for one user at a time. */
export function createClient(options: ClientOptions) {
  const baseUrl = withoutEndSlashes(httpUrl(options.baseUrl));
  // looked up as it is called, so that what replaces it later, as tracing does, has its turn
  const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const store = options.tokens ?? memoryTokens();
  const timeoutMs = options.timeoutMs ?? 10_000;
  const inTime = makeInTime(makeWire(baseUrl, fetch), timeoutMs);
  // what waits for these has to have time left for the service
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
    ...openCalls((request, call) => inTime((wire) => wire(request, call))),
    fetch: makeOwnFetch(makeApiTokens(keeper, clock), inTime, fetch, new Set(origins)),
    /** Ends listening for what other tabs and clients do. Calls go on to work. */
    close: isWatched ? watching(tokens, store, onStorageFault) : () => {},
  };
}

/** A store that cannot tell is as one that does not: the next call finds out. */
function watching(tokens: WatchedTokens, store: TokenStore, onFault: (error: unknown) => void): () => void {
  try {
    return tokens.watch(store.subscribe?.bind(store));
  } catch (error) {
    Promise.resolve().then(() => onFault(error));
    return () => {};
  }
}

/** @throws TypeError where it is none, rather than `network_error` at each call */
function httpUrl(url: string): string {
  if (!/^https?:\/\/./.test(url)) throw new TypeError("baseUrl must be an http or https URL");
  return url;
}

function withoutEndSlashes(url: string): string {
  let end = url.length;
  while (url[end - 1] === "/") end -= 1;
  return url.slice(0, end);
}
