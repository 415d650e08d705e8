/** What the first process and its workers tell each other. */

/** Of a service that runs, what is said of it when it starts. */
export interface StartReport {
  readonly address: string;
  readonly storage: string;
  readonly keys: string;
  readonly warnings: readonly string[];
}

/** From a worker. */
export type WorkerMessage =
  | { readonly type: "serving"; readonly report: StartReport }
  | { readonly type: "failed"; readonly message: string; readonly status: number };

/** To a worker: stop, after going on for so long. */
export interface StopMessage {
  readonly type: "stop";
  readonly graceMs: number;
}
