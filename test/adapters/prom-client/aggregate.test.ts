import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { expect, it } from "vitest";
import { aggregate, remains, type Snapshot } from "../../../src/adapters/prom-client/aggregate.ts";
import { openRegistry } from "../../../src/adapters/prom-client/registry.ts";
import { parseMetrics } from "../../support/prometheus.ts";

/** A snapshot as it comes over from another process. */
async function snapshotOf(registry: Registry): Promise<Snapshot> {
  return JSON.parse(JSON.stringify(await registry.getMetricsAsJSON()));
}

function process({ logins, waiting, times }: { logins: number; waiting: number; times: number[] }) {
  const registry = new Registry();
  const registers = [registry];
  new Counter({ name: "logins_total", help: "h", labelNames: ["outcome"], registers }).inc(
    { outcome: "ok" },
    logins,
  );
  new Gauge({ name: "waiting", help: "h", registers }).set(waiting);
  new Gauge({ name: "shared", help: "h", aggregator: "max", registers }).set(waiting);
  const histogram = new Histogram({ name: "time_seconds", help: "h", buckets: [1, 2], registers });
  for (const time of times) histogram.observe(time);
  return snapshotOf(registry);
}

const one = { logins: 3, waiting: 1, times: [0.5, 1.5] };
const other = { logins: 4, waiting: 5, times: [1.5, 9] };

it("adds up counters, gauges and each bucket of histograms, unless a gauge says otherwise", async () => {
  const { sum, series } = parseMetrics(await aggregate([await process(one), await process(other)]));
  expect(sum("logins_total", { outcome: "ok" })).toBe(7);
  expect([sum("waiting"), sum("shared")]).toEqual([6, 5]);
  expect([sum("time_seconds_count"), sum("time_seconds_sum")]).toEqual([4, 12.5]);
  expect(["1", "2", "+Inf"].map((le) => sum("time_seconds_bucket", { le }))).toEqual([1, 3, 4]);
  expect(series.size).toBe(8);
});

it("of processes that have ended keeps what they counted, again and again, and no gauge", async () => {
  const first = await remains([await process(one)]);
  const both = await remains([first, await process(other)]);
  const { sum, metrics } = parseMetrics(await aggregate([both, await process(one)]));
  expect(sum("logins_total", { outcome: "ok" })).toBe(10);
  expect(sum("time_seconds_count")).toBe(6);
  expect(["1", "2", "+Inf"].map((le) => sum("time_seconds_bucket", { le }))).toEqual([2, 5, 6]);
  expect([sum("waiting"), sum("shared")]).toEqual([1, 1]);
  expect([...parseMetrics(await aggregate([both])).metrics.keys()]).toEqual(["logins_total", "time_seconds"]);
  expect(metrics.get("time_seconds")?.type).toBe("histogram");
});

it("adds up all that there is to tell of a Node.js process, but for when it started", async () => {
  const registry = openRegistry();
  const alone = parseMetrics(await registry.metrics());
  const snapshot = await snapshotOf(registry);
  const together = parseMetrics(await aggregate([snapshot, snapshot]));
  const names = [...alone.metrics.keys()].filter((name) => name !== "process_start_time_seconds");
  expect([...together.metrics.keys()]).toEqual(names);
  expect(names.length).toBeGreaterThan(20);
});

it("of no process tells nothing", async () => {
  expect((await aggregate([])).trim()).toBe("");
});
