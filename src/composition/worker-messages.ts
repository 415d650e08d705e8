import type { Snapshot } from "../adapters/prom-client/aggregate.ts";

/** What the first process and its workers tell each other. */

/** Of a service that runs, what is said of it when it starts. */
export interface StartReport {
  readonly address: string;
  readonly storage: string;
  readonly keys: string;
  readonly warnings: readonly string[];
  /** Where its metrics are, where there are any. */
  readonly metrics?: string | undefined;
}

/** From a worker. */
export type WorkerMessage =
  | { readonly type: "serving"; readonly report: StartReport }
  | { readonly type: "failed"; readonly message: string; readonly status: number }
  | { readonly type: "metrics"; readonly snapshot: Snapshot };

/** To a worker. */
export type ToWorker = StopMessage | { readonly type: "measure" };

/** To a worker: stop, after going on for so long. */
export interface StopMessage {
  readonly type: "stop";
  readonly graceMs: number;
}
