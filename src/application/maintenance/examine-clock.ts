import type { Clock } from "../ports/clock.ts";
import type { Storage } from "../ports/storage/storage.ts";
import type { Found } from "./finding.ts";
import { SWEEP_TURN } from "./sweep.ts";

/** The clock of the server that keeps the data. */
export interface ServerClock {
  /** What people call the server's technology. */
  readonly title: string;
  /** By how many milliseconds it is ahead of this one; `undefined` where the server does not tell its time. */
  ahead(): Promise<number | undefined>;
}

export interface ExamineClockDeps extends Pick<Storage, "settings" | "signingKeys"> {
  readonly clock: Clock;
  /** `undefined` where the data are on this machine. */
  readonly serverClock: ServerClock | undefined;
}

/** What processes may differ by without harm. */
const SKEW_MS = 5_000;
/** Entries that stop tokens are kept an hour longer than needed, in case the server's clock is ahead. */
const DANGER_MS = 1_800_000;
const SYNCHRONIZE = "Synchronize clocks, by NTP say.";

/** Whether the clock can be right, by whatever there is to compare it with. */
export async function examineClock(deps: ExamineClockDeps): Promise<Found> {
  const now = deps.clock.now();
  const newest = await newestKnown(deps);
  if (newest - now.getTime() > SKEW_MS) {
    const found = `${now.toISOString()} is earlier than what is stored (${new Date(newest).toISOString()})`;
    const advice = `${SYNCHRONIZE} Until then tokens are judged by a wrong time.`;
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
    const found = `${now.toISOString()}, not earlier than what is stored; the server does not tell its own time`;
    return { status: "warning", found, advice: "Compare the server's clock with this one by other means." };
  }
  const by = Math.abs(ahead);
  const difference = by < 10 ? by.toFixed(1) : Math.round(by);
  const found = `${now.toISOString()}; ${title}'s clock is ${difference} ms ${ahead < 0 ? "behind" : "ahead"}`;
  if (ahead > DANGER_MS) {
    const advice = `${SYNCHRONIZE} ${title} forgets what stops tokens by its own clock.`;
    return { status: "failed", found, advice };
  }
  return by > SKEW_MS ? { status: "warning", found, advice: SYNCHRONIZE } : { status: "ok", found };
}

/** The latest moment that is known to be over, as some process of the service wrote it down. */
async function newestKnown({
  signingKeys,
  settings,
}: Pick<Storage, "settings" | "signingKeys">): Promise<number> {
  const keys = await signingKeys.list();
  const sweep = Date.parse((await settings.find(SWEEP_TURN)) ?? "") || 0;
  return Math.max(sweep, ...keys.map(({ createdAt }) => createdAt.getTime()));
}
