import type { Storage } from "../ports/storage/storage.ts";
import type { Found } from "./finding.ts";

/** The stored value that examinations write, to test writes. */
const DOCTOR = "doctor";

/** Writes a test value to storage. */
export async function writeSomething(
  { storedValues }: Pick<Storage, "storedValues">,
  text: string,
): Promise<void> {
  const stored = await storedValues.claim(DOCTOR, text);
  // if another examination wrote first, this has taken the time of a write nevertheless
  if (stored !== text) await storedValues.replace(DOCTOR, stored, text);
}

/** From these times on, users notice the delay, in milliseconds. */
const SLOW_PING_MS = 50;
const SLOW_WRITE_MS = 250;

/** Judges the times that a storage takes for a ping and for a write, in milliseconds. */
export function judgeSpeed(ping: number, write: number): Pick<Found, "status" | "advice"> {
  if (ping > SLOW_PING_MS) {
    const advice = "Every token check waits this long: bring storage and service closer together.";
    return { status: "warning", advice };
  }
  if (write > SLOW_WRITE_MS) {
    return {
      status: "warning",
      advice: "Every login and logout waits this long: check the storage's disks.",
    };
  }
  return { status: "ok", advice: undefined };
}

/** Enough to reveal an engine whose updates are not atomic. */
const RACERS = 20;
const RACES = 3;

/**
 * Whether exactly one of several concurrent conditional updates is made. Every decision in storage relies on
 * this, but some engines with MongoDB's protocol read and write in two steps.
 * @param newText A text that was never written before
 */
export async function examineAtomicity(
  { storedValues }: Pick<Storage, "storedValues">,
  newText: () => string,
): Promise<Found> {
  for (let race = 0; race < RACES; race += 1) {
    const before = await storedValues.claim(DOCTOR, newText());
    const winners = await Promise.all(
      Array.from({ length: RACERS }, () => storedValues.replace(DOCTOR, before, newText())),
    );
    const won = winners.filter(Boolean).length;
    // none if another examination was faster
    if (won > 1) {
      return {
        status: "failed",
        found: `of ${RACERS} concurrent conditional updates, ${won} were made instead of one`,
        advice: "Use another server: with this one, concurrent logins or refreshes can undo each other.",
      };
    }
  }
  return { status: "ok", found: `of ${RACERS} concurrent conditional updates, one is made` };
}

/** A working mail server leaves no mail waiting for longer. */
const MAIL_PATIENCE_MS = 600_000;

/** The number of waiting mails, and since when the oldest waits. */
export async function examineOutbox({ outbox }: Pick<Storage, "outbox">, now: Date): Promise<Found> {
  const { count, since } = await outbox.waiting();
  if (since === undefined) return { status: "ok", found: "no mail is waiting" };
  const found = `${count} wait, the oldest since ${since.toISOString()}`;
  const isLate = now.getTime() - since.getTime() > MAIL_PATIENCE_MS;
  const advice = "Look for `mail_failed` in the log, and check SMTP_URL. Mails are given up after a day.";
  return isLate ? { status: "warning", found, advice } : { status: "ok", found };
}
