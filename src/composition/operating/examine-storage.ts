import { stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../../adapters/node/platform.ts";
import type { Storage } from "../../application/ports/storage/storage.ts";
import type { Config } from "../settings/config.ts";
import { locationOf } from "../settings/storage-settings.ts";
import { STORAGES } from "../storages/storages.ts";
import { type Found, medianMs, msText } from "./examination.ts";

const RUNS = 5;
/** Beyond these people begin to wait. */
const SLOW_PING_MS = 50;
const SLOW_WRITE_MS = 250;
/** The setting in storage that is written to see how long a write takes. */
const DOCTOR = "doctor";

/** Whether the storage answers, and how soon. */
export async function examineStorage(storage: Storage, description: string): Promise<Found> {
  const ping = await medianMs(RUNS, storage.ping);
  const write = await medianMs(RUNS, () => writeSomething(storage));
  const found = `${description}: answers in ${msText(ping)}, keeps a write in ${msText(write)}`;
  if (ping > SLOW_PING_MS) {
    return {
      status: "warning",
      found,
      advice: "Every token check waits so long: bring storage and service closer.",
    };
  }
  if (write > SLOW_WRITE_MS) {
    return {
      status: "warning",
      found,
      advice: "Every login and logout waits so long: look at the storage's disks.",
    };
  }
  return { status: "ok", found };
}

async function writeSomething({ settings }: Storage): Promise<void> {
  const next = crypto.randomUUID();
  const stored = await settings.claim(DOCTOR, next);
  // where another doctor was first, it has written meanwhile, which takes as long
  if (stored !== next) await settings.replace(DOCTOR, stored, next);
}

/** Enough that an engine whose updates are not atomic gives itself away. */
const RACERS = 20;
const RACES = 3;

/**
 * Whether of several conditional updates at once just one is made, on which every decision in storage rests. Some
 * engines that speak MongoDB's protocol read and write in two steps.
 */
export async function examineAtomicity({ settings }: Pick<Storage, "settings">): Promise<Found> {
  for (let race = 0; race < RACES; race += 1) {
    const before = await settings.claim(DOCTOR, crypto.randomUUID());
    const winners = await Promise.all(
      Array.from({ length: RACERS }, () => settings.replace(DOCTOR, before, crypto.randomUUID())),
    );
    const won = winners.filter(Boolean).length;
    // none where another doctor was faster
    if (won > 1) {
      return {
        status: "failed",
        found: `of ${RACERS} conditional updates at once ${won} were made where one may be`,
        advice: "Use another server: with this one, two logins or refreshes at once can undo each other.",
      };
    }
  }
  return { status: "ok", found: `of ${RACERS} conditional updates at once, one is made` };
}

const MIB = 2 ** 20;
const GIB = 2 ** 30;
const LITTLE_ROOM = GIB;
const NO_ROOM = 64 * MIB;

/** The file of a store in a directory, and what room it has. */
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

/** What processes may differ by without harm. */
const SKEW_MS = 5_000;
/** Entries that stop tokens are kept an hour longer than needed, in case the server's clock is ahead. */
const DANGER_MS = 1_800_000;
const SYNCHRONIZE = "Synchronize clocks, by NTP say.";

/** Whether the clock can be right, by whatever there is to compare it with. */
export async function examineClock(config: Config, storage: Storage): Promise<Found> {
  const now = systemClock.now();
  const newest = await newestKnown(storage);
  if (newest - now.getTime() > SKEW_MS) {
    const found = `${now.toISOString()} is earlier than what is stored (${new Date(newest).toISOString()})`;
    return {
      status: "failed",
      found,
      advice: `${SYNCHRONIZE} Until then tokens are judged by a wrong time.`,
    };
  }
  const kept = STORAGES[config.STORAGE];
  if (kept.home !== "server") {
    return {
      status: "ok",
      found: `${now.toISOString()}, not earlier than what is stored; nothing else to compare with`,
    };
  }
  const ahead = await kept.clockAhead(locationOf(kept, config), systemClock);
  if (ahead === undefined) {
    const found = `${now.toISOString()}, not earlier than what is stored; the server does not tell its own time`;
    return { status: "warning", found, advice: "Compare the server's clock with this one by other means." };
  }
  const found = `${now.toISOString()}; ${kept.title}'s clock is ${msText(Math.abs(ahead))} ${ahead < 0 ? "behind" : "ahead"}`;
  if (ahead > DANGER_MS) {
    return {
      status: "failed",
      found,
      advice: `${SYNCHRONIZE} ${kept.title} forgets what stops tokens by its own clock.`,
    };
  }
  return Math.abs(ahead) > SKEW_MS
    ? { status: "warning", found, advice: SYNCHRONIZE }
    : { status: "ok", found };
}

/** The latest moment that is known to be over, as some process of the service wrote it down. */
async function newestKnown({ signingKeys, settings }: Storage): Promise<number> {
  const keys = await signingKeys.list();
  const sweep = Date.parse((await settings.find("sweep-turn")) ?? "") || 0;
  return Math.max(sweep, ...keys.map(({ createdAt }) => createdAt.getTime()));
}

/** Nothing that works leaves a mail waiting for longer. */
const MAIL_PATIENCE_MS = 600_000;

/** How many mails wait to be sent, and since when. */
export async function examineOutbox({ outbox }: Storage): Promise<Found> {
  const { count, since } = await outbox.waiting();
  if (since === undefined) return { status: "ok", found: "no mail waits" };
  const found = `${count} wait, the oldest since ${since.toISOString()}`;
  const isLate = Date.now() - since.getTime() > MAIL_PATIENCE_MS;
  const advice = "Look for `mail_failed` in the log, and check SMTP_URL. Mails are given up after a day.";
  return isLate ? { status: "warning", found, advice } : { status: "ok", found };
}
