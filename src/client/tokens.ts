import { listenersTo, makeListeners, onPageBack, onStorageEvent } from "./store-events.ts";

/** What a client has of its user. */
export interface Tokens {
  readonly access_token?: string | undefined;
  readonly refresh_token?: string | undefined;
  /** The refresh token of a session that is over: it says to `login` that the device is known. */
  readonly former_token?: string | undefined;
}

/** Where tokens are kept. `set` replaces all of them in one step. */
export interface TokenStore {
  get(): Held | Promise<Held>;
  set(tokens: Tokens): void | Promise<void>;
  clear(): void | Promise<void>;
  /** Where other tabs or clients have the same tokens: the name of the lock under which one of all refreshes. */
  readonly lockName?: string | undefined;
  /**
   * Calls the listener whenever others may have changed what is there, until the function that it returns is called. It may
   * call it for nothing, as for what the same client wrote.
   */
  subscribe?(listener: () => void): () => void;
}

type Held = Tokens | null | undefined;

/** What is used of `localStorage` and its like. */
export interface TextStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Keeps tokens for as long as the store is there; only clients that are given it can read them. */
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
 * Keeps tokens in `localStorage` or `sessionStorage`, where every script of the page can read them. Of two tabs, one may
 * see for a moment what was there before, and refresh once more, which the service's grace allows: `browserTokens` does not.
 * Where a page may have no storage, as in a sandbox, naming it throws: `() => localStorage` names it when it is needed.
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
/** What a header can hold. */
const TOKEN = /^[!-~]+$/;

/** The tokens in what a store has; anyone on the page may have written there. */
export function tokensOf(value: unknown): Tokens {
  const given = Object(value) as Record<string, unknown>;
  const isToken = (name: string) => typeof given[name] === "string" && TOKEN.test(given[name]);
  return Object.fromEntries(NAMES.filter(isToken).map((name) => [name, given[name]]));
}
