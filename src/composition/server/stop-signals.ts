import { endAfter, STOP_MS } from "./end-process.ts";

/** A started service. */
export interface Stoppable {
  /** How long it keeps serving after SIGTERM, so that load balancers notice. */
  readonly graceMs: number;
  stop(graceMs: number): Promise<void>;
}

/**
 * `npm start` may forward a signal that the terminal also sent to this process. A second signal within this
 * time counts as the same request.
 */
const SAME_REQUEST_MS = 1_000;

/**
 * Stops the service and ends the process at SIGTERM or SIGINT, also while the service starts. SIGTERM leaves
 * load balancers the grace; SIGINT, and a stop before the service listens, do not. A second signal ends the
 * process immediately.
 * @throws the error of a failed start, unless a stop was requested
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
    // a start also fails if a worker was stopped by the signal
    if (isStopping) return;
    listenNoMore();
    throw error;
  }
}
