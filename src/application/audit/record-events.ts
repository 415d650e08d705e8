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
  /** Whom what happens now comes from, such as the request and its address, as `ip`. */
  readonly origin: () => Facts;
  /** How many events may wait to be written. */
  readonly capacity: number;
}

/** Keeps events in memory until they are in the audit trail, so that nobody waits for that. */
export interface EventRecorder extends SecurityEvents {
  /**
   * Writes all that waits, in its order. What was not written when the storage fails goes on waiting. Not to be
   * called again before it is done.
   */
  write(): Promise<void>;
  /** Lets repeated events wait to be written now that are merged until their minute is over: before a stop. */
  settle(): void;
  /** How many events wait to be written. */
  waiting(): number;
  /** How many events found no room since this was last asked. */
  takeDropped(): number;
}

/** So many are written at once: few enough that a storage takes them in some milliseconds. */
const BATCH = 100;

export function makeEventRecorder(deps: RecordEventsDeps): EventRecorder {
  const { auditTrail, clock, capacity } = deps;
  const queue: AuditEntry[] = [];
  const nextId = idsInOrder(deps.ids);
  const merger = makeEventMerger();
  let dropped = 0;
  let untold = 0;

  function record({ type: kind, ...about }: SecurityEvent, now: Date, origin: Facts, count?: number): void {
    const { userId, ...rest } = { userId: undefined, ...about };
    const known = Object.entries({ count, ...rest, ...origin }).filter(([, fact]) => fact !== undefined);
    queue.push({ id: nextId(now), at: now, kind, userId, facts: Object.fromEntries(known) as Facts });
  }

  function keep(event: SecurityEvent, origin: Facts, now: Date, count?: number): void {
    if (queue.length < capacity) record(event, now, origin, count);
    else {
      dropped += count ?? 1;
      untold += count ?? 1;
    }
  }

  function keepMerged(all: readonly MergedEvents[], now: Date): void {
    for (const { event, origin, count } of all) keep(event, origin, now, count);
  }

  return {
    report(event) {
      const [now, origin] = [clock.now(), deps.origin()];
      keepMerged(merger.take(now), now);
      if (merger.isKept(event, origin, now)) keep(event, origin, now);
    },
    settle: () => keepMerged(merger.take(), clock.now()),
    async write() {
      const now = clock.now();
      keepMerged(merger.take(now), now);
      while (queue.length > 0) {
        const batch = queue.slice(0, BATCH);
        await auditTrail.append(batch);
        queue.splice(0, batch.length);
        // whoever reads the trail must see that there is a gap
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
