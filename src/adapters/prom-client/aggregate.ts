import { AggregatorRegistry, type Registry } from "prom-client";

/** All metrics of a process at one moment, as plain data that can be sent between processes. */
export type Snapshot = Awaited<ReturnType<Registry["getMetricsAsJSON"]>>;

/**
 * The metrics of several processes as one text for Prometheus. Counters and histograms are added up; gauges by
 * the aggregation that each declares.
 */
export function aggregate(snapshots: readonly Snapshot[]): Promise<string> {
  return AggregatorRegistry.aggregate([...snapshots]).metrics();
}

/**
 * The metrics to keep of processes that have ended: the sums of their counters and histograms, without gauges.
 * Added to those of running processes, they keep sums from decreasing.
 */
export function remains(snapshots: readonly Snapshot[]): Promise<Snapshot> {
  const counts = snapshots.map((snapshot) => snapshot.filter(isCount));
  return AggregatorRegistry.aggregate(counts).getMetricsAsJSON();
}

function isCount({ type }: Snapshot[number]): boolean {
  // the library's type declares numbers where strings occur
  return ["counter", "histogram"].includes(String(type));
}
