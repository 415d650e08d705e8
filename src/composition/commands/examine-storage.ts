import { stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { judgeSpeed, writeSomething } from "../../application/maintenance/examine-storage.ts";
import type { Found } from "../../application/maintenance/finding.ts";
import type { Storage } from "../../application/ports/storage/storage.ts";
import { medianMs, msText } from "./examination.ts";

const RUNS = 5;

/** Whether the storage answers, and how fast. */
export async function examineStorage(storage: Storage, description: string): Promise<Found> {
  const ping = await medianMs(RUNS, storage.ping);
  const write = await medianMs(RUNS, () => writeSomething(storage, crypto.randomUUID()));
  const found = `${description}: answers in ${msText(ping)}, keeps a write in ${msText(write)}`;
  return { found, ...judgeSpeed(ping, write) };
}

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const LITTLE_ROOM = GIB;
const NO_ROOM = 64 * MIB;

/** The size of a store's file, and the free space of its disk. */
export async function examineDisk(directory: string, dataFile: string): Promise<Found> {
  const [{ size }, { bavail, bsize }] = await Promise.all([
    stat(join(directory, dataFile)),
    statfs(directory),
  ]);
  const free = bavail * bsize;
  const found = `${dataFile} has ${room(size)}, ${room(free)} are free`;
  const advice = "Make room: on a full disk nobody can log in or out.";
  if (free < NO_ROOM) return { status: "failed", found, advice };
  return free < LITTLE_ROOM ? { status: "warning", found, advice } : { status: "ok", found };
}

function room(bytes: number): string {
  const [unit, size] = bytes >= GIB ? ["GiB", GIB] : bytes >= MIB ? ["MiB", MIB] : ["KiB", 1_024];
  return `${(bytes / size).toFixed(1)} ${unit}`;
}
