import type { Storage } from "../ports/storage/storage.ts";
import type { Found } from "./finding.ts";

/** The setting in storage that examinations write, to see how writes are made. */
const DOCTOR = "doctor";

/** Writes something to storage that nothing else reads. */
export async function writeSomething({ settings }: Pick<Storage, "settings">, text: string): Promise<void> {
  const stored = await settings.claim(DOCTOR, text);
  // where another examination was first, it has written meanwhile, which takes as long
  if (stored !== text) await settings.replace(DOCTOR, stored, text);
}

/** Beyond these people begin to wait, in milliseconds. */
const SLOW_PING_MS = 50;
const SLOW_WRITE_MS = 250;

/** Whether a storage is fast enough that answers and keeps a write in these times, in milliseconds. */
export function judgeSpeed(ping: number, write: number): Pick<Found, "status" | "advice"> {
  if (ping > SLOW_PING_MS) {
    const advice = "Every token check waits so long: bring storage and service closer.";
    return { status: "warning", advice };
  }
  if (write > SLOW_WRITE_MS) {
    return {
      status: "warning",
      advice: "Every login and logout waits so long: look at the storage's disks.",
    };
  }
  return { status: "ok", advice: undefined };
}

/** Enough that an engine whose updates are not atomic gives itself away. */
const RACERS = 20;
const RACES = 3;

/**
 * Whether of several conditional updates at once just one is made, on which every decision in storage rests. Some
 * engines that speak MongoDB's protocol read and write in two steps.
 * @param newText A text that was never written before
 */
export async function examineAtomicity(
  { settings }: Pick<Storage, "settings">,
  newText: () => string,
): Promise<Found> {
  for (let race = 0; race < RACES; race += 1) {
    const before = await settings.claim(DOCTOR, newText());
    const winners = await Promise.all(
      Array.from({ length: RACERS }, () => settings.replace(DOCTOR, before, newText())),
    );
    const won = winners.filter(Boolean).length;
    // none where another examination was faster
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

/** Nothing that works leaves a mail waiting for longer. */
const MAIL_PATIENCE_MS = 600_000;

/** How many mails wait to be sent, and since when. */
export async function examineOutbox({ outbox }: Pick<Storage, "outbox">, now: Date): Promise<Found> {
  const { count, since } = await outbox.waiting();
  if (since === undefined) return { status: "ok", found: "no mail waits" };
  const found = `${count} wait, the oldest since ${since.toISOString()}`;
  const isLate = now.getTime() - since.getTime() > MAIL_PATIENCE_MS;
  const advice = "Look for `mail_failed` in the log, and check SMTP_URL. Mails are given up after a day.";
  return isLate ? { status: "warning", found, advice } : { status: "ok", found };
}
