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
}

type Held = Tokens | null | undefined;

/** What is used of `localStorage` and its like. */
export interface TextStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Keeps tokens for as long as the client is there; nobody else can read them. */
export function memoryTokens(initial?: Tokens): TokenStore {
  let held = initial;
  return {
    get: () => held,
    set: (tokens) => {
      held = tokens;
    },
    clear: () => {
      held = undefined;
    },
  };
}

/**
 * Keeps tokens in `localStorage` or `sessionStorage`, where every script of the page can read them. Of two tabs, one may
 * see for a moment what was there before, and refresh once more, which the service's grace allows: `browserTokens` does not.
 */
export function storageTokens(storage: TextStorage, key = "hbtu-connect-auth"): TokenStore {
  return {
    lockName: key,
    get: () => parsed(storage.getItem(key)),
    set: (tokens) => storage.setItem(key, JSON.stringify(tokens)),
    clear: () => storage.removeItem(key),
  };
}

/** Anyone on the page may have written there. */
function parsed(text: string | null): Held {
  try {
    const value = JSON.parse(text ?? "null");
    const names = ["access_token", "refresh_token", "former_token"];
    return Object.fromEntries(
      names.flatMap((name) => (typeof value[name] === "string" ? [[name, value[name]]] : [])),
    );
  } catch {
    return undefined;
  }
}

/**
 * Whether both are of one account, as far as can be told. Read without checking: it keeps a call of one user from being
 * repeated as another, and trusts nothing.
 */
export function isSameAccount(one: Tokens, other: Tokens): boolean {
  const [a, b] = [subjectOf(one), subjectOf(other)];
  return a === undefined || b === undefined || a === b;
}

function subjectOf({ access_token, refresh_token }: Tokens): string | undefined {
  try {
    const payload = (access_token ?? refresh_token ?? "").split(".")[1] ?? "";
    return JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))).sub;
  } catch {
    return undefined;
  }
}
