import type { RunningService } from "./service.ts";
import type { ToWorker, WorkerMessage } from "./worker-messages.ts";

/**
 * In a worker: tells what it counts whenever it is asked. Resolves what it returns once that is told by itself, for
 * the last time.
 */
export function answerMeasures(
  { snapshot }: Pick<RunningService, "snapshot">,
  tell: (message: WorkerMessage) => Promise<unknown>,
): () => Promise<void> {
  const answer = async () => {
    if (snapshot) await tell({ type: "metrics", snapshot: await snapshot() });
  };
  process.on("message", (message: ToWorker) => {
    if (message.type === "measure") void answer();
  });
  return answer;
}
