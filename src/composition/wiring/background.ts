import { setTimeout as sleep } from "node:timers/promises";

/**
 * Runs a job repeatedly, `everyMs` milliseconds after it last ended, until it is stopped. A failed job runs
 * again at its next time.
 */
export function repeatedly(everyMs: number, job: () => Promise<unknown>, failed: (error: unknown) => void) {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  let isStopped = false;

  const schedule = () => {
    if (isStopped) return;
    timer = setTimeout(() => {
      running = job().then(schedule, (error) => {
        failed(error);
        schedule();
      }) as Promise<void>;
    }, everyMs);
  };
  schedule();

  /** Resolves once the job no longer runs. */
  return async function stop(): Promise<void> {
    isStopped = true;
    clearTimeout(timer);
    await running;
  };
}

/** Waits for `done`, but at most `ms` milliseconds. Does not keep the process alive. */
export async function atMost(ms: number, done: Promise<unknown>): Promise<void> {
  await Promise.race([done, sleep(ms, undefined, { ref: false })]);
}
