import { setTimeout } from "node:timers/promises";
import type { EventRecorder } from "../../application/audit/record-events.ts";
import type { SecurityEvents } from "../../application/ports/security-events.ts";
import { atMost } from "./background.ts";

/** Writes events in the background. Closing it writes the events that still wait. */
export interface AuditWriter extends SecurityEvents {
  close(): Promise<void>;
}

/**
 * Events are written in batches at this interval. If the process is killed, the events of one interval are
 * lost.
 */
const WRITE_EVERY_MS = 100;
/** While the storage fails, the time between attempts doubles up to this. */
const LONGEST_WAIT_MS = 5_000;
/** How long a stop waits for the last writes; the storage must still be closed after them. */
const FLUSH_MS = 1_500;

/** Writes the recorder's events periodically. Calls `warn` if events cannot be written. */
export function startAuditWriter(recorder: EventRecorder, warn: (what: string) => void): AuditWriter {
  const stopping = new AbortController();
  let isFailing = false;
  let isTimeUp = false;

  async function attempt(): Promise<boolean> {
    try {
      await recorder.write();
      isFailing = false;
    } catch (error) {
      if (!isFailing) warn(`The audit trail cannot be written, its events wait: ${reasonOf(error)}`);
      isFailing = true;
    }
    const dropped = isFailing ? 0 : recorder.takeDropped();
    if (dropped > 0) warn(`${dropped} events found no room while the audit trail could not be written`);
    return !isFailing;
  }

  async function writeUntilStopped(): Promise<void> {
    let wait = WRITE_EVERY_MS;
    while (!stopping.signal.aborted) {
      await setTimeout(wait, undefined, { signal: stopping.signal }).catch(() => {});
      wait = (await attempt()) ? WRITE_EVERY_MS : Math.min(2 * wait, LONGEST_WAIT_MS);
    }
  }

  async function writeRest(): Promise<void> {
    recorder.settle();
    while (recorder.waiting() > 0 && !isTimeUp) {
      if (!(await attempt())) await setTimeout(WRITE_EVERY_MS);
    }
  }

  const ended = writeUntilStopped().then(writeRest);

  return {
    report: recorder.report,
    async close() {
      stopping.abort();
      await atMost(FLUSH_MS, ended);
      isTimeUp = true;
      const lost = recorder.waiting() + recorder.takeDropped();
      if (lost > 0) warn(`${lost} events could not be written to the audit trail`);
    },
  };
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? cause.message : message;
}
