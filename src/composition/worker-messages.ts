import type { Snapshot } from "../adapters/prom-client/aggregate.ts";

/** What the first process and its workers tell each other. */

/** Of a service that runs, what is said of it when it starts. */
export interface StartReport {
  readonly address: string;
  /** What keeps its data and how it signs access tokens, in words for people. */
  readonly storage: string;
  readonly keys: string;
  /** What whoever runs it should see to. */
  readonly warnings: readonly string[];
  /** Where its metrics are, as a URL; `undefined` where it serves none. */
  readonly metrics: string | undefined;
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
