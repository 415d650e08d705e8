import { idsInOrder } from "../paging/ids-in-order.ts";
import type { Clock } from "../ports/clock.ts";
import type { Ids } from "../ports/ids.ts";
import type { SecurityEvent, SecurityEvents } from "../ports/security-events.ts";
import type { AuditEntry, AuditTrail, Facts } from "../ports/storage/audit-trail.ts";
import { type MergedEvents, makeEventMerger } from "./merge-events.ts";

export interface RecordEventsDeps {
  readonly auditTrail: AuditTrail;
  readonly clock: Clock;
  readonly ids: Ids;
  /** The context of current events, such as the request id and its address as `ip`. */
  readonly context: () => Facts;
  /** The most events that may wait to be written. */
  readonly capacity: number;
}

/** Buffers events in memory until they are written to the audit trail, so that no request waits for it. */
export interface EventRecorder extends SecurityEvents {
  /**
   * Writes all waiting events in order. If the storage fails, the events not yet written stay in the buffer.
   * Must not be called again before it is done.
   */
  write(): Promise<void>;
  /** Moves merged events to the buffer before their minute is over. For use before a stop. */
  settle(): void;
  /** The number of events waiting to be written. */
  waiting(): number;
  /** The number of events dropped since the last call. */
  takeDropped(): number;
}

/** Events per write: few enough that a storage writes them in a few milliseconds. */
const BATCH = 100;

export function makeEventRecorder(deps: RecordEventsDeps): EventRecorder {
  const { auditTrail, clock, capacity } = deps;
  const queue: AuditEntry[] = [];
  const nextId = idsInOrder(deps.ids);
  const merger = makeEventMerger();
  let dropped = 0;
  let untold = 0;

  function record({ type: kind, ...about }: SecurityEvent, now: Date, context: Facts, count?: number): void {
    const { userId, ...rest } = { userId: undefined, ...about };
    const known = Object.entries({ count, ...rest, ...context }).filter(([, fact]) => fact !== undefined);
    queue.push({ id: nextId(now), at: now, kind, userId, facts: Object.fromEntries(known) as Facts });
  }

  function keep(event: SecurityEvent, context: Facts, now: Date, count?: number): void {
    if (queue.length < capacity) record(event, now, context, count);
    else {
      dropped += count ?? 1;
      untold += count ?? 1;
    }
  }

  function keepMerged(all: readonly MergedEvents[], now: Date): void {
    for (const { event, context, count } of all) keep(event, context, now, count);
  }

  return {
    report(event) {
      const [now, context] = [clock.now(), deps.context()];
      keepMerged(merger.take(now), now);
      if (merger.isKept(event, context, now)) keep(event, context, now);
    },
    settle: () => keepMerged(merger.take(), clock.now()),
    async write() {
      const now = clock.now();
      keepMerged(merger.take(now), now);
      while (queue.length > 0) {
        const batch = queue.slice(0, BATCH);
        await auditTrail.append(batch);
        queue.splice(0, batch.length);
        // readers of the trail must see the gap
        if (untold > 0) record({ type: "events_dropped", count: untold }, clock.now(), {});
        untold = 0;
      }
    },
    waiting: () => queue.length,
    takeDropped() {
      const count = dropped;
      dropped = 0;
      return count;
    },
  };
}
