import { broadcast, onBroadcast, onPageBack } from "./store-events.ts";
import type { TokenStore, Tokens } from "./tokens.ts";

const TABLE = "tokens";
const USER = "user";

/**
 * Keeps tokens in IndexedDB, where all tabs of the page's origin share them, and every script there can read them. What one
 * tab wrote, the next one reads: `localStorage` may show a tab of another process for a moment what was there before.
 */
export function browserTokens(name = "hbtu-connect-auth"): TokenStore {
  let opened: Promise<IDBDatabase> | undefined;

  /** Gone when somebody deletes it, or the browser takes it away: the next call opens it again. */
  function opening(): Promise<IDBDatabase> {
    if (opened !== undefined) return opened;
    const own = open(name, () => forget(own));
    opened = own;
    return own;
  }

  function forget(gone: Promise<IDBDatabase>): void {
    if (opened === gone) opened = undefined;
    gone.then(
      (database) => database.close(),
      () => {},
    );
  }

  /** A connection may be lost without a word, and then fails all that is asked of it: the second time it is a new one. */
  async function run<T>(mode: IDBTransactionMode, ask: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const first = opening();
    try {
      return await runOn(await first, mode, ask);
    } catch {
      forget(first);
    }
    const second = opening();
    try {
      return await runOn(await second, mode, ask);
    } catch (error) {
      forget(second);
      throw error;
    }
  }

  return {
    lockName: name,
    get: () => run<Tokens | undefined>("readonly", (table) => table.get(USER)),
    async set(tokens) {
      await run("readwrite", (table) => table.put(tokens, USER));
      broadcast(name);
    },
    async clear() {
      await run("readwrite", (table) => table.delete(USER));
      broadcast(name);
    },
    subscribe(listener) {
      const elsewhere = onBroadcast(name, listener);
      const back = onPageBack(listener);
      return () => {
        elsewhere();
        back();
      };
    },
  };
}

function runOn<T>(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  ask: (table: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const transaction = database.transaction(TABLE, mode);
  const request = ask(transaction.objectStore(TABLE));
  return new Promise((resolve, reject) => {
    // only now do other tabs see it
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

function open(name: string, onGone: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      database.onclose = onGone;
      database.onversionchange = onGone;
      resolve(database);
    };
  });
}
