import { AggregatorRegistry, type Registry } from "prom-client";

/** All metrics of a process at a moment. Plain data, which may pass between processes. */
export type Snapshot = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

/**
 * The metrics of several processes as one text for Prometheus: counters and histograms are added up, gauges
 * as each of them says.
 */
export function aggregate(snapshots: readonly Snapshot[]): Promise<string> {
  return AggregatorRegistry.aggregate([...snapshots]).metrics();
}

/**
 * What is left of processes that have ended: the sum of what they counted, and of no gauge. Added to those that
 * run, sums never go down.
 */
export function remains(snapshots: readonly Snapshot[]): Promise<Snapshot> {
  const counts = snapshots.map((snapshot) => snapshot.filter(isCount));
  return AggregatorRegistry.aggregate(counts).getMetricsAsJSON();
}

function isCount({ type }: Snapshot[number]): boolean {
  // the library's declarations say numbers where words come
  return ["counter", "histogram"].includes(String(type));
}
