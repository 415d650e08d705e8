import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DATA_FILE } from "../../dist/adapters/lmdb/directory.js";

/** Jobs that read or copy a whole store, so their time grows with its size. Each runs once on the large store. */

/** Measurements of the small store while the large one is measured once. */
const TIMES = 10;

export const megabytes = (directory) => statSync(join(directory, DATA_FILE)).size / 1e6;

/** An export, in microseconds for each record: `export` of each store. The large one's is stopped for the small one's. */
export async function measureExports([small, large], note) {
  const ofSmall = [];
  const pause = async (part) => {
    note(`export, ${Math.round(part * 100)} % of the large store`);
    ofSmall.push(await exportTime(small));
  };
  large.export = [await exportTime(large, pause)];
  small.export = [average(ofSmall)];
}

async function exportTime({ opened, size }, pause) {
  const { text, counts } = opened.exported();
  const exported = () => Object.values(counts).reduce((sum, count) => sum + count, 0);
  const records = 3 * size;
  let pauses = 0;
  let ms = 0;
  let began = performance.now();
  for await (const _ of text) {
    if (pause === undefined || exported() < ((pauses + 1) / TIMES) * records) continue;
    ms += performance.now() - began;
    pauses += 1;
    await pause(pauses / TIMES);
    began = performance.now();
  }
  ms += performance.now() - began;
  if (exported() < records) throw new Error(`Only ${exported()} records were exported`);
  return (ms * 1_000) / exported();
}

/** A backup, in milliseconds for each megabyte of the file: `backup` of each store. */
export async function measureBackups([small, large]) {
  const before = await backupTimes(small);
  large.backup = [await backupTime(large)];
  small.backup = [average([...before, ...(await backupTimes(small))])];
}

async function backupTimes(store) {
  const times = [];
  while (times.length < TIMES / 2) times.push(await backupTime(store));
  return times;
}

async function backupTime({ opened, directory }) {
  const copy = `${directory}.backup`;
  const began = performance.now();
  await opened.copyTo(copy);
  const ms = performance.now() - began;
  rmSync(copy);
  return ms / megabytes(directory);
}

const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
