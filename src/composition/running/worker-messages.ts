import type { Snapshot } from "../../adapters/prom-client/aggregate.ts";
import type { Config } from "../settings/config.ts";

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
  | { readonly type: "metrics"; readonly snapshot: Snapshot }
  /** Its event loop turns; the first as soon as it runs, then one a second. */
  | { readonly type: "alive" };

/** To a worker. */
export type ToWorker = StartMessage | StopMessage | { readonly type: "measure" };

/** To a worker, as the first message: serve. */
export interface StartMessage {
  readonly type: "start";
  /** The settings as the first process read them: whatever a file says by now, all workers have the same. */
  readonly config: Config;
  /** Whether it joins others that serve: then it listens only once it can serve. */
  readonly joins: boolean;
}

/** To a worker: stop, after going on for so long. */
export interface StopMessage {
  readonly type: "stop";
  readonly graceMs: number;
}

/** Set for workers, which else are started as the first process was. */
export const IS_WORKER = "CONNECT_AUTH_WORKER";
/** The descriptor of the port that they share. */
export const PORT_FD = 4;
