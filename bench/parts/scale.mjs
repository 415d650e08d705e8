import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fillStore } from "../fill.mjs";
import { measureCalls, measureLists, measureSweeps } from "../scale/in-process.mjs";
import { measureService, measureStarts, startTime } from "../scale/over-http.mjs";
import { measureBackups, measureExports, megabytes } from "../scale/whole.mjs";
import { openStore } from "../store.mjs";

/** The cost of a call by the size of the store: two LMDB stores of users, sessions and revocations, by turns. */

const SMALL = 10_000;

export async function scale({ generator, rounds, seconds, large, result, note }) {
  const root = mkdtempSync(join(tmpdir(), "connect-auth-bench-"));
  try {
    const stores = await filled(root, [SMALL, large], note);
    await measured(stores, { generator, rounds, seconds, note });
    report(stores, result);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function filled(root, sizes, note) {
  const stores = [];
  for (const size of sizes) {
    const directory = join(root, String(size));
    // an empty store is the service's own, with its settings, and has no names that an update would read first
    await startTime({ directory });
    const began = performance.now();
    await fillStore(directory, size, (text) => note(`fill, ${text}`));
    const seconds = (performance.now() - began) / 1_000;
    note(`${size} of each, ${Math.round(megabytes(directory))} MB, filled in ${Math.round(seconds)} s`);
    stores.push({ size, directory });
  }
  return stores;
}

async function measured(stores, { generator, rounds, seconds, note }) {
  for (const store of stores) {
    store.opened = await openStore(store.directory, store.size);
    store.file = [megabytes(store.directory)];
  }
  const noted = (what) => (text) => note(`${what}, ${text}`);
  await measureCalls(stores, rounds, noted("calls in one process"));
  await measureService(stores, { generator, rounds, seconds, note: noted("calls over HTTP") });
  await measureLists(stores, rounds, noted("list of accounts"));
  await measureExports(stores, note);
  await measureSweeps(stores, rounds, noted("sweep"));
  note("backup");
  await measureBackups(stores);
  for (const { opened } of stores) await opened.close();
  await measureStarts(stores, rounds, noted("start"));
}

function report([small, large], result) {
  const compared = (name, unit, of, atMost) =>
    result({
      name: `${name}, ${large.size} users, sessions and revocations`,
      unit,
      values: of(large),
      against: { name: `${small.size} of each`, values: of(small) },
      atMost,
    });
  const overHttp = (of) => (store) => store.overHttp.map(of);
  compared("the whole check without HTTP, median", "µs", ({ me }) => me, 1.2);
  compared("what a check asks of storage, median", "µs", ({ storage }) => storage);
  compared("a login without its hash, median", "µs", ({ login }) => login);
  compared("the account's list of its sessions, median", "µs", ({ ownSessions }) => ownSessions);
  compared("an operator's list of an account's sessions, median", "µs", ({ showUser }) => showUser);
  compared("an operator's list of 10,000 accounts, by account", "µs", ({ listUsers }) => listUsers);
  compared("sweep, by session or revocation removed", "µs", ({ sweep }) => sweep);
  compared("export, by record", "µs", (store) => store.export);
  compared(
    "token check over HTTP, p50",
    "ms",
    overHttp(({ checks }) => checks.p50),
    1.2,
  );
  compared(
    "token check over HTTP, p99",
    "ms",
    overHttp(({ checks }) => checks.p99),
  );
  compared(
    "login over HTTP, p50",
    "ms",
    overHttp(({ logins }) => logins.p50),
  );
  compared("start", "ms", ({ start }) => start);
  compared("backup, by MB of the file", "ms", ({ backup }) => backup);
  compared(
    "memory beyond the mapped file",
    "MB",
    overHttp(({ memory }) => memory.own),
    1.1,
  );
  compared("the file", "MB", ({ file }) => file);
}
