import type { Snapshot } from "../../adapters/prom-client/aggregate.ts";
import type { Config } from "../settings/config.ts";
import type { DriverChoice } from "../wiring/argon2-driver.ts";

/** Messages between the first process and its workers. */

/** The report of a started service. */
export interface StartReport {
  readonly address: string;
  /** Descriptions of its storage and of how it signs access tokens, for people. */
  readonly storageDescription: string;
  readonly keysDescription: string;
  /** The package that hashes passwords. */
  readonly hashingPackage: string;
  /** Warnings for the operator. */
  readonly warnings: readonly string[];
  /** The URL of its metrics; `undefined` if it serves none. */
  readonly metricsUrl: string | undefined;
}

/** A message from a worker. */
export type WorkerMessage =
  | { readonly type: "serving"; readonly report: StartReport }
  | { readonly type: "failed"; readonly message: string; readonly status: number }
  | { readonly type: "metrics"; readonly snapshot: Snapshot }
  /** A sign of life: the first as soon as the worker runs, then one per second. */
  | { readonly type: "alive" };

/** A message to a worker. */
export type ToWorker = StartMessage | StopMessage | { readonly type: "report_metrics" };

/** The first message to a worker: serve. */
export interface StartMessage {
  readonly type: "start";
  /**
   * The settings as the first process read them, so that all workers have the same even if a file has changed.
   */
  readonly config: Config;
  /** The package that hashes passwords, tried once by the first process. */
  readonly hashing: DriverChoice;
  /** Whether it joins serving workers. If so, it listens only once it can serve. */
  readonly joins: boolean;
}

/** Tells a worker to stop after serving for the grace. */
export interface StopMessage {
  readonly type: "stop";
  readonly graceMs: number;
}

/** The variable that marks a process as a worker. Workers are otherwise started like the first process. */
export const IS_WORKER = "CONNECT_AUTH_WORKER";
/** The descriptor of the port that workers share. */
export const PORT_FD = 4;
