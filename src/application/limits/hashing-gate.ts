import { AuthError } from "../../domain/errors.ts";
import type { HashingObserver } from "../ports/hashing-observer.ts";
import type { PasswordHasher } from "../ports/password-hasher.ts";
import { type HashJob, makeHashQueue, type QueueLimits } from "./hash-queue.ts";
import type { EarlyHashRequest, HashRequest } from "./hash-request.ts";

export interface GateLimits extends QueueLimits {
  /** Concurrent hashes. */
  readonly concurrency: number;
}

/**
 * A hasher whose calls wait for their turn. @throws AuthError `overloaded`, also while waiting, if the place
 * must go to another
 */
export interface GatedHasher extends Pick<PasswordHasher, "isOutdated"> {
  hash(password: string, request: HashRequest): Promise<string>;
  verify(hash: string | undefined, password: string, request: HashRequest): Promise<boolean>;
  /**
   * Refuses a request that would find no place now, before any other work is done for it. Without an account,
   * it refuses only if no account would find a place. A request that passes holds no place yet.
   * @throws AuthError `overloaded`
   */
  refuseIfFull(request: EarlyHashRequest): void;
}

/**
 * Bounds the number of running hashes, of waiting hashes and their waiting time, and shares places fairly.
 * Hashing shares a few threads with token checks and storage, so without a gate a flood of logins would starve
 * them all. `now` is a monotonic clock in milliseconds.
 */
export function gateHasher(
  hasher: PasswordHasher,
  limits: GateLimits,
  now: () => number,
  observer?: HashingObserver,
): GatedHasher {
  const { enter, refuseIfFull } = makeGate(limits, now, observer);
  return {
    refuseIfFull,
    hash: (password, request) => enter(() => hasher.hash(password), request),
    verify: (hash, password, request) => enter(() => hasher.verify(hash, password), request),
    isOutdated: (hash) => hasher.isOutdated(hash),
  };
}

/** Weight of the latest job's time in the average. */
const LATEST_WEIGHT = 0.2;

function makeGate(limits: GateLimits, now: () => number, observer: HashingObserver | undefined) {
  const { concurrency } = limits;
  const places = makeHashQueue(limits, now);
  let running = 0;
  let averageMs = 0;
  observer?.depth(places.waiting);

  /** The error, with the whole seconds until the present queue is expected to be empty. */
  const overloaded = () => {
    const jobs = places.waiting() + 1;
    const retryAfter = Math.max(1, Math.ceil((jobs * averageMs) / concurrency / 1_000));
    return new AuthError("overloaded", { retryAfter });
  };

  function refuseIfFull(request: EarlyHashRequest): void {
    if (running < concurrency) return;
    places.dropHopeless();
    if (!places.mayFindRoom(request)) throw overloaded();
  }

  function begin(request: HashRequest): HashJob {
    running += 1;
    const seat = places.enter(request, { start: () => {}, refuse: () => {} });
    seat.begin();
    return seat;
  }

  function wait(request: HashRequest): Promise<HashJob> {
    places.dropHopeless();
    if (!places.makeRoom(request)) throw overloaded();
    return new Promise((resolve, reject) => {
      const seat: HashJob = places.enter(request, {
        start: () => resolve(seat),
        refuse: () => reject(overloaded()),
      });
    });
  }

  async function enter<T>(job: () => Promise<T>, request: HashRequest): Promise<T> {
    const came = now();
    const seat = running < concurrency ? begin(request) : await wait(request);
    const began = now();
    observer?.waited(began - came);
    try {
      return await job();
    } finally {
      const tookMs = now() - began;
      observer?.hashed(tookMs);
      averageMs += LATEST_WEIGHT * (tookMs - averageMs);
      seat.leave();
      places.dropHopeless();
      // the place is handed over and not freed, so that no other job can take it in between
      const next = places.beginNext();
      if (next) next.start();
      else running -= 1;
    }
  }

  return { enter, refuseIfFull };
}
