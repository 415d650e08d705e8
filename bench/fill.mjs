import { open as openFile } from "node:fs/promises";
import { join } from "node:path";
import { open } from "lmdb";
import { DATA_FILE } from "../dist/adapters/lmdb/directory.js";
import { OPEN_OPTIONS } from "../dist/adapters/lmdb/open-options.js";
import { lmdbRevocations } from "../dist/adapters/lmdb/revocations.js";
import { lmdbSessions } from "../dist/adapters/lmdb/sessions.js";
import { openLmdbStorage } from "../dist/adapters/lmdb/storage.js";
import { lmdbUsers } from "../dist/adapters/lmdb/users.js";
import { populationOf } from "./population.mjs";
import { memoryOf } from "./processes.mjs";

/**
 * Fills a store of many millions in minutes and in the same memory whatever its size: one database after the other, each
 * in the order of its keys, so that LMDB only appends. The service's own repositories make the entries. They run over
 * an empty environment that keeps only the writes to the database being filled.
 */

/** Records in one transaction: few enough to be collected while they are young. */
const ENTRIES_AT_ONCE = 2_000;

const users = { repository: lmdbUsers, add: (to, n, { user }) => to.add(user(n)) };
const sessions = { repository: lmdbSessions, add: (to, n, { session }) => to.add(session(n)) };
const revocations = {
  repository: lmdbRevocations,
  add(to, n, { revocation }) {
    const { key, until } = revocation(n);
    return to.add(key, until);
  },
};

/** The databases, and whose ids begin their keys: the keys of the others begin with a name, an address or a time. */
const DATABASES = [
  { name: "users", ...users, by: "user" },
  { name: "usersByName", ...users },
  { name: "usersByEmail", ...users },
  { name: "sessions", ...sessions, by: "session" },
  { name: "sessionsByUser", ...sessions, by: "user" },
  { name: "sessionsByEnd", ...sessions },
  { name: "revocations", ...revocations, by: "revocation" },
  { name: "revocationsByEnd", ...revocations },
];

/** Makes a store with `size` users, sessions and revocations. */
export async function fillStore(directory, size, note = () => {}) {
  // the adapter makes the files and all databases
  await (await openLmdbStorage(directory)).close();
  const population = populationOf(size);
  // as the adapter opens them, except that nothing waits for the disk until the end
  const root = open(directory, { ...OPEN_OPTIONS, noSync: true });
  try {
    for (const database of DATABASES) await fillDatabase(root, database, population, note);
  } finally {
    await root.close();
  }
  const file = await openFile(join(directory, DATA_FILE), "r+");
  await file.sync().finally(() => file.close());
}

async function fillDatabase(root, { name, repository, add, by }, population, note) {
  const { size, numberAt } = population;
  const database = root.openDB(name, {});
  const entries = [];
  const adapter = repository(onlyOf(name, (key, value) => entries.push({ key, value })));
  const began = performance.now();
  for (let first = 0; first < size; first += ENTRIES_AT_ONCE) {
    const end = Math.min(first + ENTRIES_AT_ONCE, size);
    for (let place = first; place < end; place += 1)
      await add(adapter, by === undefined ? place : numberAt(by, place), population);
    root.transactionSync(() => {
      for (const { key, value } of entries) database.putSync(key, value, { append: true });
    });
    entries.length = 0;
  }
  // LMDB silently drops a key that is out of order
  const { entryCount } = database.getStats();
  if (entryCount !== size) throw new Error(`${name} has ${entryCount} entries and not ${size}`);
  const perSecond = Math.round((size / (performance.now() - began)) * 1_000);
  note(`${name}: ${perSecond} entries a second, ${Math.round(memoryOf(process.pid).own)} MB of memory`);
}

/** An environment that stores nothing, for one repository: writes to this database are passed to `put`. */
function onlyOf(name, put) {
  const empty = { get: () => undefined, doesExist: () => false, remove() {}, put() {} };
  return {
    database: (each) => (each === name ? { ...empty, put } : empty),
    read: (work) => work(),
    write: (work) => work(),
  };
}
