import type { Clock } from "../ports/clock.ts";
import type { Storage } from "../ports/storage/storage.ts";
import type { Found } from "./finding.ts";
import { SWEEP_TURN } from "./sweep.ts";

/** The clock of the server that keeps the data. */
export interface ServerClock {
  /** The name of the server's technology, for people. */
  readonly title: string;
  /** How far it is ahead of this clock, in milliseconds; `undefined` if the server does not report its time. */
  ahead(): Promise<number | undefined>;
}

export interface ExamineClockDeps extends Pick<Storage, "storedValues" | "signingKeys"> {
  readonly clock: Clock;
  /** `undefined` if the data are on this machine. */
  readonly serverClock: ServerClock | undefined;
}

/** The harmless difference between clocks of processes. */
const SKEW_MS = 5_000;
/** Half of the hour by which revocations are kept longer than needed, in case the server's clock is ahead. */
const DANGER_MS = 1_800_000;
const SYNCHRONIZE = "Synchronize clocks, for example by NTP.";

/** Whether the clock can be right, compared with stored times and the server's clock. */
export async function examineClock(deps: ExamineClockDeps): Promise<Found> {
  const now = deps.clock.now();
  const newest = await newestKnown(deps);
  if (newest - now.getTime() > SKEW_MS) {
    const found = `${now.toISOString()} is earlier than what is stored (${new Date(newest).toISOString()})`;
    const advice = `${SYNCHRONIZE} Until then tokens are checked against a wrong time.`;
    return { status: "failed", found, advice };
  }
  if (deps.serverClock === undefined) {
    const found = `${now.toISOString()}, not earlier than what is stored; nothing else to compare with`;
    return { status: "ok", found };
  }
  return compared(now, deps.serverClock.title, await deps.serverClock.ahead());
}

function compared(now: Date, title: string, ahead: number | undefined): Found {
  if (ahead === undefined) {
    const found = `${now.toISOString()}, not earlier than what is stored; the server does not report its time`;
    return { status: "warning", found, advice: "Compare the server's clock with this one by other means." };
  }
  const by = Math.abs(ahead);
  const difference = by < 10 ? by.toFixed(1) : Math.round(by);
  const found = `${now.toISOString()}; ${title}'s clock is ${difference} ms ${ahead < 0 ? "behind" : "ahead"}`;
  if (ahead > DANGER_MS) {
    const advice = `${SYNCHRONIZE} ${title} removes revocations by its own clock.`;
    return { status: "failed", found, advice };
  }
  return by > SKEW_MS ? { status: "warning", found, advice: SYNCHRONIZE } : { status: "ok", found };
}

/** The latest past moment that a process of the service has stored. */
async function newestKnown({
  signingKeys,
  storedValues,
}: Pick<Storage, "storedValues" | "signingKeys">): Promise<number> {
  const keys = await signingKeys.list();
  const sweep = Date.parse((await storedValues.find(SWEEP_TURN)) ?? "") || 0;
  return Math.max(sweep, ...keys.map(({ createdAt }) => createdAt.getTime()));
}
