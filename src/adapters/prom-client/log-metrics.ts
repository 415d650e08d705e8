import { Counter, Registry } from "prom-client";
import type { Snapshot } from "./aggregate.ts";

/** Asked whenever metrics are read: how many lines of the log were dropped since the process began. */
type Dropped = () => number;

/** Counts the lines of the log that could not be written. */
export function countDroppedLines(registry: Registry, dropped: Dropped): void {
  new Counter({
    name: "connect_auth_log_lines_dropped_total",
    help: "Lines of the log that were dropped, since they could not be written",
    registers: [registry],
    collect() {
      this.reset();
      this.inc(dropped());
    },
  });
}

/** The same by itself, for a process that has nothing else to count. */
export function snapshotOfDroppedLines(dropped: Dropped): () => Promise<Snapshot> {
  const registry = new Registry();
  countDroppedLines(registry, dropped);
  return () => registry.getMetricsAsJSON();
}
