import { endAfter, STOP_MS } from "./end-process.ts";

/** A service that was started. */
export interface Stoppable {
  /** How long it goes on after SIGTERM, so that load balancers hear of it. */
  readonly graceMs: number;
  stop(graceMs: number): Promise<void>;
}

/** `npm start` may pass on what a terminal has sent to this process as well: that soon, it is the same request. */
const SAME_REQUEST_MS = 1_000;

/**
 * Ends the process in order at SIGTERM or SIGINT, also while the service starts. After SIGTERM a supervisor leaves load
 * balancers the grace; after Ctrl-C, and before anybody could have connected, there is none. A second request ends the
 * process at once.
 * @throws what the start fails with, where no stop was asked for
 */
export async function stopOnSignals(starting: Promise<Stoppable>): Promise<void> {
  let started: Stoppable | undefined;
  let isStopping = false;
  const handlers = { SIGTERM: () => begin(started?.graceMs ?? 0), SIGINT: () => begin(0) };
  const listenNoMore = () => {
    for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
  };
  const begin = (graceMs: number) => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(listenNoMore, SAME_REQUEST_MS).unref();
    const stopped = starting.then(
      ({ stop }) => stop(graceMs),
      () => {},
    );
    void endAfter(stopped, graceMs + STOP_MS);
  };
  for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
  try {
    started = await starting;
  } catch (error) {
    // a worker that was stopped as well fails the start
    if (isStopping) return;
    listenNoMore();
    throw error;
  }
}
