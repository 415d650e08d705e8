import type { RunningService } from "./service.ts";
import type { ToWorker, WorkerMessage } from "./worker-messages.ts";

/**
 * In a worker: reports its metrics whenever it is asked. The returned function reports them once more, unasked,
 * and resolves once they are sent.
 */
export function reportMetrics(
  { snapshot }: Pick<RunningService, "snapshot">,
  tell: (message: WorkerMessage) => Promise<unknown>,
): () => Promise<void> {
  const answer = async () => {
    if (snapshot) await tell({ type: "metrics", snapshot: await snapshot() });
  };
  process.on("message", (message: ToWorker) => {
    if (message.type === "report_metrics") void answer();
  });
  return answer;
}
