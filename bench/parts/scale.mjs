import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requestsOf } from "../people.mjs";
import { memoryOf, startService } from "../processes.mjs";
import { inRounds } from "../rounds.mjs";
import { quantile } from "../statistics.mjs";
import { fillStore, openStore, SERVICE_OF_STORE } from "../store.mjs";

/** Whether a check costs the same however much is stored: two LMDB stores, filled through the service's own adapter. */

const SMALL = 10_000;
/** Short ones, so that whatever else the machine does meets both stores alike. */
const CHECKS = 200;
const TURNS = 25;
const CHECKS_A_SECOND = 200;

export async function scale({ generator, rounds, seconds, large, result, note }) {
  const root = mkdtempSync(join(tmpdir(), "connect-auth-bench-"));
  const stores = [];
  for (const size of [SMALL, large]) {
    const directory = join(root, String(size));
    const began = performance.now();
    await fillStore(directory, size);
    note(
      `${size} of each, ${megabytes(directory)} MB, filled in ${Math.round((performance.now() - began) / 1_000)} s`,
    );
    stores.push({ size, directory });
  }
  await inProcess(stores, rounds, note);
  await overHttp(stores, { generator, rounds, seconds, note });

  const [small, big] = stores;
  const compared = (name, unit, of, atMost) =>
    result({
      name: `${name}, ${large} users, sessions and revocations`,
      unit,
      values: of(big),
      against: { name: `${SMALL} of each`, values: of(small) },
      atMost,
    });
  compared("the whole check without HTTP, median", "µs", ({ me }) => me, 1.1);
  compared("what a check asks of storage, median", "µs", ({ storage }) => storage);
  compared("token check over HTTP, p50", "ms", ({ overHttp }) => overHttp.map(({ p50 }) => p50), 1.2);
  compared("token check over HTTP, p99", "ms", ({ overHttp }) => overHttp.map(({ p99 }) => p99));
  compared("memory beyond the mapped file", "MB", ({ overHttp }) => overHttp.map(({ own }) => own), 1.1);
  compared("the file", "MB", ({ directory }) => [megabytes(directory)]);
  rmSync(root, { recursive: true, force: true });
}

const megabytes = (directory) => Math.round(statSync(join(directory, "data.mdb")).size / 1e6);

/** The µs of one check after the other, of tokens drawn before the clock runs. */
async function timesOf(draw) {
  const checks = await Promise.all(Array.from({ length: CHECKS }, draw));
  const times = [];
  for (const check of checks) {
    const began = performance.now();
    const isLive = await check();
    times.push((performance.now() - began) * 1_000);
    if (!isLive) throw new Error("A live token was refused");
  }
  return times;
}

/** Medians of checks in both stores by turns. */
async function inProcess(stores, rounds, note) {
  for (const store of stores) store.opened = await openStore(store.directory, store.size);
  const kinds = stores.flatMap((store) =>
    ["storage", "me"].map((kind) => ({ store, kind, key: `${kind} ${store.size}` })),
  );
  const medians = await inRounds(
    rounds,
    (text) => note(`in one process, ${text}`),
    async () => {
      const taken = {};
      for (let turn = 0; turn < TURNS; turn += 1) {
        for (const { store, kind, key } of kinds)
          taken[key] = [...(taken[key] ?? []), ...(await timesOf(store.opened.draw[kind]))];
      }
      return Object.fromEntries(kinds.map(({ key }) => [key, quantile(taken[key], 0.5)]));
    },
  );
  for (const { store, kind, key } of kinds) store[kind] = medians[key];
  for (const { opened } of stores) await opened.close();
}

/** Latency at a fixed rate and memory of the service itself, which finds such a store. */
async function overHttp(stores, { generator, rounds, seconds, note }) {
  for (const store of stores) {
    const { tokens, close } = await openStore(store.directory, store.size);
    store.requests = requestsOf.me(await tokens(2_000));
    await close();
    store.service = await startService({ ...SERVICE_OF_STORE, DATA_DIR: store.directory });
  }
  const measured = await inRounds(
    rounds,
    (text) => note(`over HTTP, ${text}`),
    async () => {
      const round = {};
      for (const { size, service, requests } of stores) {
        const stream = { url: service.url, rate: CHECKS_A_SECOND, requests };
        const [times] = await generator.latency({ seconds, streams: [stream] });
        round[size] = { ...times, own: memoryOf(service.pid).own };
      }
      return round;
    },
  );
  for (const store of stores) {
    store.overHttp = measured[store.size];
    await store.service.stop();
  }
}
