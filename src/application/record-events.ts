import { networkOf } from "../domain/throttle.ts";
import { idsInOrder } from "./ids-in-order.ts";
import type { AuditEntry, AuditTrail, Facts } from "./ports/audit-trail.ts";
import type { Clock } from "./ports/clock.ts";
import type { Ids } from "./ports/ids.ts";
import type { SecurityEvent, SecurityEvents } from "./ports/security-events.ts";

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
  const isFirstOfMinute = firstsOfMinute();
  let dropped = 0;
  let untold = 0;

  function record({ type: kind, ...about }: SecurityEvent, now: Date, origin: Facts): void {
    const { userId, ...rest } = { userId: undefined, ...about };
    const known = Object.entries({ ...rest, ...origin }).filter(([, fact]) => fact !== undefined);
    queue.push({ id: nextId(now), at: now, kind, userId, facts: Object.fromEntries(known) as Facts });
  }

  return {
    report(event) {
      const [now, origin] = [clock.now(), deps.origin()];
      if (event.type === "attempt_throttled" && !isFirstOfMinute(event, now, origin)) return;
      if (queue.length < capacity) return record(event, now, origin);
      dropped += 1;
      untold += 1;
    },
    async write() {
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

/** More networks in one minute are not told apart. */
const MAX_NETWORKS = 10_000;

/**
 * Attempts that are refused cost the one who makes them nothing: were all of them kept, they would fill the
 * storage. The first of a minute from each network tells the rest.
 */
function firstsOfMinute() {
  const seen = new Set<string>();
  let minute = 0;
  return ({ scopes }: { scopes: readonly string[] }, now: Date, { ip }: Facts): boolean => {
    const current = Math.floor(now.getTime() / 60_000);
    if (current !== minute) seen.clear();
    minute = current;
    const key = `${typeof ip === "string" ? networkOf(ip) : ""} ${scopes.join()}`;
    if (seen.has(key) || seen.size >= MAX_NETWORKS) return false;
    seen.add(key);
    return true;
  };
}
