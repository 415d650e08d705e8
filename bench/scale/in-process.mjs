import { inRounds } from "../rounds.mjs";
import { quantile } from "../statistics.mjs";

/** Figures of open stores in one process, without HTTP. Times are in microseconds. */

/** Turns are short, so that other load on the machine affects both stores alike. */
const TURNS = 25;
/** Calls of each kind in a turn. Few logins, since each waits for the disk. */
const CALLS = { storage: 200, me: 200, ownSessions: 100, showUser: 100, login: 10 };
const LISTED = 10_000;
const SWEPT = 500;

/** Calls about users at random, both stores by turns: medians of each round. */
export async function measureCalls(stores, rounds, note) {
  const kinds = Object.keys(CALLS).flatMap((kind) => stores.map((store) => ({ kind, store })));
  const medians = await inRounds(rounds, note, async () => {
    const taken = kinds.map(() => []);
    for (let turn = 0; turn < TURNS; turn += 1) {
      for (const [index, { kind, store }] of kinds.entries())
        taken[index].push(...(await timesOf(store.opened.draw[kind], CALLS[kind])));
    }
    return taken.map((times) => quantile(times, 0.5));
  });
  for (const [index, { kind, store }] of kinds.entries()) store[kind] = medians[index];
}

/** A list of accounts, by account. */
export const measureLists = (stores, rounds, note) =>
  measureEach(stores, rounds, note, "listUsers", ({ opened }) => opened.listUsers(LISTED), LISTED);

/** A sweep, by session or revocation removed. */
export const measureSweeps = (stores, rounds, note) =>
  measureEach(stores, rounds, note, "sweep", ({ opened }) => opened.sweep(SWEPT), 2 * SWEPT);

async function measureEach(stores, rounds, note, name, work, count) {
  const times = await inRounds(rounds, note, async () => {
    const taken = [];
    for (const store of stores) {
      const began = performance.now();
      await work(store);
      taken.push(((performance.now() - began) * 1_000) / count);
    }
    return taken;
  });
  for (const [index, store] of stores.entries()) store[name] = times[index];
}

/** Times of sequential calls. Their users are picked before the clock starts. */
async function timesOf(draw, count) {
  const calls = await Promise.all(Array.from({ length: count }, draw));
  const times = [];
  for (const call of calls) {
    const began = performance.now();
    const isCorrect = await call();
    times.push((performance.now() - began) * 1_000);
    if (!isCorrect) throw new Error("A call was answered wrongly");
  }
  return times;
}
