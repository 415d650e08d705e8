import { Counter, Histogram, type Registry } from "prom-client";

/** A call to a port of the storage. */
export interface StorageCall {
  readonly port: string;
  readonly call: string;
}

/** Records how long a call took, and whether the storage failed. */
export type MeasureStorage = (labels: StorageCall, durationMs: number, isFault: boolean) => void;

const BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Measures the time of storage calls and counts faults, by port and call. */
export function measureStorage(registry: Registry): MeasureStorage {
  const labelNames = ["port", "call"];
  const duration = new Histogram({
    name: "connect_auth_storage_call_duration_seconds",
    help: "Duration of storage calls, by port and call",
    labelNames,
    buckets: BUCKETS,
    registers: [registry],
  });
  const faults = new Counter({
    name: "connect_auth_storage_faults_total",
    help: "Failed storage calls, by port and call",
    labelNames,
    registers: [registry],
  });
  return ({ port, call }, durationMs, isFault) => {
    duration.observe({ port, call }, durationMs / 1_000);
    // adding 0 creates the series, so that the first fault shows as an increase
    faults.inc({ port, call }, isFault ? 1 : 0);
  };
}
