import { Gauge, Histogram, type Registry } from "prom-client";
import type { HashingObserver } from "../../application/ports/hashing-observer.ts";

const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Measures the hash queue and the hashes. */
export function measureHashing(registry: Registry): HashingObserver {
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
  return {
    depth: (read) => {
      waiting = read;
    },
    waited: (ms) => wait.observe(ms / 1_000),
    hashed: (ms) => duration.observe(ms / 1_000),
  };
}
