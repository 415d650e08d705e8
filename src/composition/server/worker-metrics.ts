import { standardOutput } from "../../adapters/node/output.ts";
import { aggregate, remains, type Snapshot } from "../../adapters/prom-client/aggregate.ts";
import { snapshotOfDroppedLines } from "../../adapters/prom-client/log-metrics.ts";
import { atMost } from "../wiring/background.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** How long the first process waits for the metrics of its workers. */
const PATIENCE_MS = 1_000;

/** The metrics of all workers. */
export interface WorkerMetrics {
  /** Must be called for each worker that starts. */
  watch(worker: WorkerProcess): void;
  /**
   * The metrics of all workers as one text. A worker that does not answer in time is counted with its last
   * report, and so are workers that have ended.
   */
  gather(): Promise<string>;
}

export function gatherMetrics(): WorkerMetrics {
  const latest = new Map<WorkerProcess, Snapshot>();
  const serving = new Set<WorkerProcess>();
  const waiting = new Map<WorkerProcess, () => void>();
  // workers print through this process, so that only its output can drop lines
  const ownSnapshot = snapshotOfDroppedLines(standardOutput().dropped);
  let ended: Promise<Snapshot> = Promise.resolve([]);

  /** Resolves once the worker has answered, ended, or taken too long. */
  function ask(worker: WorkerProcess): Promise<void> {
    const answered = new Promise<void>((resolve) => waiting.set(worker, resolve));
    worker.send({ type: "report_metrics" });
    return atMost(PATIENCE_MS, answered);
  }

  return {
    watch(worker) {
      worker.onMessage((message) => {
        if (message.type === "serving") serving.add(worker);
        if (message.type !== "metrics") return;
        latest.set(worker, message.snapshot);
        waiting.get(worker)?.();
      });
      void worker.ended.then(() => {
        const last = latest.get(worker);
        waiting.get(worker)?.();
        waiting.delete(worker);
        serving.delete(worker);
        latest.delete(worker);
        if (last) ended = ended.then((before) => remains([before, last]));
      });
    },
    async gather() {
      await Promise.all([...serving].map(ask));
      const gone = ended;
      const running = [...latest.values()];
      return aggregate([await gone, ...running, await ownSnapshot()]);
    },
  };
}
