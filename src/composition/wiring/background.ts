import { setTimeout as sleep } from "node:timers/promises";

/**
 * Does a job again and again, each time so long after it last ended, until it is stopped. A job that fails
 * is tried again at its next time.
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

  /** Resolves once the job runs no more. */
  return async function stop(): Promise<void> {
    isStopped = true;
    clearTimeout(timer);
    await running;
  };
}

/** Waits for something, but no longer than so many milliseconds, nor keeps the process alive for it. */
export async function atMost(ms: number, done: Promise<unknown>): Promise<void> {
  await Promise.race([done, sleep(ms, undefined, { ref: false })]);
}
