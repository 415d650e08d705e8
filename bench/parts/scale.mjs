import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requestsOf } from "../people.mjs";
import { memoryOf, startService } from "../processes.mjs";
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
    stores.push({ size, directory, times: { storage: [], me: [] }, p50: [], p99: [], own: [] });
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
  compared("the whole check without HTTP, median", "µs", ({ times }) => times.me, 1.2);
  compared("what a check asks of storage, median", "µs", ({ times }) => times.storage);
  compared("token check over HTTP, p50", "ms", ({ p50 }) => p50, 1.2);
  compared("token check over HTTP, p99", "ms", ({ p99 }) => p99);
  compared("memory beyond the mapped file", "MB", ({ own }) => own, 1.2);
  compared("the file", "MB", ({ directory }) => [megabytes(directory)]);
  rmSync(root, { recursive: true, force: true });
}

const megabytes = (directory) => Math.round(statSync(join(directory, "data.mdb")).size / 1e6);

/** One check after the other, of tokens drawn before the clock runs, in both stores by turns. */
async function inProcess(stores, rounds, note) {
  for (const store of stores) store.opened = await openStore(store.directory, store.size);
  for (let round = -1; round < rounds; round += 1) {
    note(`in one process, ${round < 0 ? "warming up" : `round ${round + 1} of ${rounds}`}`);
    const taken = new Map(stores.map((store) => [store, { storage: [], me: [] }]));
    for (let turn = 0; turn < TURNS; turn += 1) {
      for (const store of stores) {
        for (const [kind, times] of Object.entries(taken.get(store))) {
          const checks = await Promise.all(Array.from({ length: CHECKS }, store.opened.draw[kind]));
          for (const check of checks) {
            const began = performance.now();
            const isLive = await check();
            times.push((performance.now() - began) * 1_000);
            if (!isLive) throw new Error("A live token was refused");
          }
        }
      }
    }
    if (round < 0) continue;
    for (const [store, times] of taken)
      for (const [kind, of] of Object.entries(times)) store.times[kind].push(quantile(of, 0.5));
  }
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
  for (let round = -1; round < rounds; round += 1) {
    note(`over HTTP, ${round < 0 ? "warming up" : `round ${round + 1} of ${rounds}`}`);
    for (const { service, requests, ...store } of stores) {
      const stream = { url: service.url, rate: CHECKS_A_SECOND, requests };
      const [{ times, statuses }] = (await generator.run({ kind: "latency", seconds, streams: [stream] }))
        .streams;
      if (Object.keys(statuses).join() !== "200") throw new Error(JSON.stringify(statuses));
      if (round < 0) continue;
      store.p50.push(times.p50);
      store.p99.push(times.p99);
      store.own.push(memoryOf(service.pid).own);
    }
  }
  for (const { service } of stores) await service.stop();
}
