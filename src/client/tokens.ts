import { listenersTo, makeListeners, onPageBack, onStorageEvent } from "./store-events.ts";

/** The tokens of a client's user. */
export interface Tokens {
  readonly access_token?: string | undefined;
  readonly refresh_token?: string | undefined;
  /** The refresh token of an ended session. `login` sends it to show that the device is known. */
  readonly former_token?: string | undefined;
}

/** A store for tokens. `set` replaces all of them in one step. */
export interface TokenStore {
  get(): Held | Promise<Held>;
  set(tokens: Tokens): void | Promise<void>;
  clear(): void | Promise<void>;
  /** For a store shared by tabs or clients: the name of the lock under which one of them refreshes. */
  readonly lockName?: string | undefined;
  /**
   * Calls the listener whenever others may have changed the store, until the returned function is called. It
   * may also call the listener without a change, for example after a write of the same client.
   */
  subscribe?(listener: () => void): () => void;
}

type Held = Tokens | null | undefined;

/** The methods used of `localStorage` and `sessionStorage`. */
export interface TextStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Keeps tokens in memory. Only clients that are given this store can read them. */
export function memoryTokens(initial?: Tokens): TokenStore {
  let held = initial;
  const listeners = makeListeners();
  const replace = (tokens?: Tokens) => {
    held = tokens;
    listeners.tell();
  };
  return {
    get: () => held,
    set: replace,
    clear: () => replace(),
    subscribe: listeners.add,
  };
}

/**
 * Keeps tokens in `localStorage` or `sessionStorage`, where every script of the page can read them. A tab may
 * briefly see the former tokens and refresh once more, which the service's grace period allows; `browserTokens`
 * avoids this. In a page without storage, such as a sandbox, even naming the storage throws: pass `() =>
 * localStorage`, so that it is named when it is needed.
 */
export function storageTokens(
  storage: TextStorage | (() => TextStorage),
  key = "hbtu-connect-auth",
): TokenStore {
  const items = typeof storage === "function" ? storage : () => storage;
  const change = (make: (held: TextStorage) => void) => {
    make(items());
    listenersTo(items(), key).tell();
  };
  return {
    lockName: key,
    get: () => parsed(items().getItem(key)),
    set: (tokens) => change((held) => held.setItem(key, JSON.stringify(tokens))),
    clear: () => change((held) => held.removeItem(key)),
    subscribe(listener) {
      const here = listenersTo(items(), key).add(listener);
      const elsewhere = onStorageEvent(key, listener);
      const back = onPageBack(listener);
      return () => {
        for (const stop of [here, elsewhere, back]) stop();
      };
    },
  };
}

function parsed(text: string | null): Held {
  try {
    return tokensOf(JSON.parse(text ?? "null"));
  } catch {
    return undefined;
  }
}

const NAMES = ["access_token", "refresh_token", "former_token"] as const;
/** Characters that a header can contain. */
const TOKEN = /^[!-~]+$/;

/** Reads tokens from a store's value, which any script of the page may have written. */
export function tokensOf(value: unknown): Tokens {
  const given = Object(value) as Record<string, unknown>;
  const isToken = (name: string) => typeof given[name] === "string" && TOKEN.test(given[name]);
  return Object.fromEntries(NAMES.filter(isToken).map((name) => [name, given[name]]));
}
