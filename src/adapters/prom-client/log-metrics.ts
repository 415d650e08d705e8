import { Counter, Registry } from "prom-client";
import type { Snapshot } from "./aggregate.ts";

/** The number of log lines dropped since the process started. Called whenever metrics are read. */
type Dropped = () => number;

/** Counts log lines that could not be written. */
export function countDroppedLines(registry: Registry, dropped: Dropped): void {
  new Counter({
    name: "connect_auth_log_lines_dropped_total",
    help: "Log lines dropped because they could not be written",
    registers: [registry],
    collect() {
      this.reset();
      this.inc(dropped());
    },
  });
}

/** A snapshot with only this counter, for a process that measures nothing else. */
export function snapshotOfDroppedLines(dropped: Dropped): () => Promise<Snapshot> {
  const registry = new Registry();
  countDroppedLines(registry, dropped);
  return () => registry.getMetricsAsJSON();
}
