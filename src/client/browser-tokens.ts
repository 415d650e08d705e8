import { broadcast, onBroadcast, onPageBack } from "./store-events.ts";
import type { TokenStore, Tokens } from "./tokens.ts";

const TABLE = "tokens";
const USER = "user";

/**
 * Keeps tokens in IndexedDB, which all tabs of the page's origin share and every script there can read. A tab
 * always reads the last write of another one, whereas `localStorage` may briefly show an older value to another
 * process.
 */
export function browserTokens(name = "hbtu-connect-auth"): TokenStore {
  let opened: Promise<IDBDatabase> | undefined;

  /** Opens the database. If it is deleted or evicted by the browser, the next call opens it again. */
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

  /**
   * Runs a request, and once more on a new connection if it fails, because a connection may be lost without an
   * event.
   */
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
    // other tabs see the write only from now on
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
