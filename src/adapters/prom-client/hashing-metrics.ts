import { Gauge, Histogram, type Registry } from "prom-client";
import type { HashingObserver } from "../../application/ports/hashing-observer.ts";

const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Metrics of the hash queue, the hashes, and what computes them. */
export interface HashingMetrics extends HashingObserver {
  /** Sets the package that computes the hashes. */
  computedBy(name: string): void;
}

/** Measures the hash queue and the hashes. */
export function measureHashing(registry: Registry): HashingMetrics {
  const registers = [registry];
  let waiting = () => 0;
  new Gauge({
    name: "connect_auth_hash_queue_depth",
    help: "Hashes waiting in the queue now",
    registers,
    collect() {
      this.set(waiting());
    },
  });
  const wait = new Histogram({
    name: "connect_auth_hash_wait_seconds",
    help: "Time that hashes waited in the queue",
    buckets: BUCKETS,
    registers,
  });
  const duration = new Histogram({
    name: "connect_auth_hash_duration_seconds",
    help: "Duration of making or verifying a hash",
    buckets: BUCKETS,
    registers,
  });
  const implementation = new Gauge({
    name: "connect_auth_hash_implementation_info",
    help: "1, with the package that computes the hashes as label",
    labelNames: ["package"] as const,
    aggregator: "max",
    registers,
  });
  return {
    computedBy: (name) => implementation.set({ package: name }, 1),
    depth: (read) => {
      waiting = read;
    },
    waited: (ms) => wait.observe(ms / 1_000),
    hashed: (ms) => duration.observe(ms / 1_000),
  };
}
