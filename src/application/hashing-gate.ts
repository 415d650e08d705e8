import { AuthError } from "../domain/errors.ts";
import type { HashingObserver } from "./ports/hashing-observer.ts";
import type { PasswordHasher } from "./ports/password-hasher.ts";

export interface GateLimits {
  /** Hashes made at once. */
  readonly concurrency: number;
  /** Hashes that may wait; one more is refused. */
  readonly queue: number;
  /** How long one may wait, in milliseconds. */
  readonly deadlineMs: number;
}

/** For whom a hash is made. */
export interface Turn {
  /** Newcomers take a quarter of the queue at most, and never the place before somebody who is waiting. */
  readonly isNewcomer?: boolean;
  /** Whether the client has gone: nobody would see the answer. */
  readonly isGone?: (() => boolean) | undefined;
}

/** A hasher whose calls wait for their turn. @throws AuthError `overloaded` */
export interface GatedHasher extends PasswordHasher {
  hash(password: string, turn?: Turn): Promise<string>;
  verify(hash: string | undefined, password: string, turn?: Turn): Promise<boolean>;
  /**
   * Refuses who would find no place now, so that nothing else is done for them. Who passes has no place yet.
   * @throws AuthError `overloaded`
   */
  refuseIfFull(turn?: Turn): void;
}

/**
 * Lets a bounded number of hashes run and a bounded number wait for a bounded time. Hashing shares a few
 * threads with token checks and storage: without a gate a flood of logins starves them all. `now` is a clock
 * in milliseconds that never goes back.
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
    hash: (password, turn) => enter(() => hasher.hash(password), turn),
    verify: (hash, password, turn) => enter(() => hasher.verify(hash, password), turn),
    isOutdated: (hash) => hasher.isOutdated(hash),
  };
}

interface Waiting {
  readonly since: number;
  readonly turn: Turn;
  start(): void;
  refuse(error: AuthError): void;
}

/** Of the newest job's time, the part that counts in the measured pace. */
const PACE_WEIGHT = 0.2;

function makeGate(
  { concurrency, queue, deadlineMs }: GateLimits,
  now: () => number,
  observer: HashingObserver | undefined,
) {
  const known: Waiting[] = [];
  const newcomers: Waiting[] = [];
  let running = 0;
  let wasNewcomer = false;
  let paceMs = 0;
  observer?.depth(() => known.length + newcomers.length);

  /** When the queue as it is will have been worked off, in whole seconds. */
  const overloaded = () => {
    const jobs = known.length + newcomers.length + 1;
    const retryAfter = Math.max(1, Math.ceil((jobs * paceMs) / concurrency / 1_000));
    return new AuthError("overloaded", { retryAfter });
  };

  function dropHopeless(): void {
    const oldest = now() - deadlineMs;
    for (const line of [known, newcomers]) {
      const hopeless = line.filter(({ since, turn }) => since <= oldest || turn.isGone?.());
      if (hopeless.length === 0) continue;
      line.splice(0, line.length, ...line.filter((waiting) => !hopeless.includes(waiting)));
      for (const waiting of hopeless) waiting.refuse(overloaded());
    }
  }

  /** Two newcomers never follow each other while somebody known waits. */
  function nextInLine(): Waiting | undefined {
    const line = (wasNewcomer || newcomers.length === 0) && known.length > 0 ? known : newcomers;
    const next = line.shift() ?? known.shift();
    if (next) wasNewcomer = line === newcomers;
    return next;
  }

  function refuseIfFull({ isNewcomer }: Turn = {}): void {
    if (running < concurrency) return;
    dropHopeless();
    const isFull = known.length + newcomers.length >= queue;
    if (isFull || (isNewcomer && newcomers.length >= Math.max(1, queue / 4))) throw overloaded();
  }

  function wait(turn: Turn): Promise<void> {
    refuseIfFull(turn);
    const line = turn.isNewcomer ? newcomers : known;
    return new Promise((start, refuse) => line.push({ since: now(), turn, start, refuse }));
  }

  async function enter<T>(job: () => Promise<T>, turn: Turn = {}): Promise<T> {
    const came = now();
    if (running < concurrency) running += 1;
    else await wait(turn);
    const began = now();
    observer?.waited(began - came);
    try {
      return await job();
    } finally {
      const tookMs = now() - began;
      observer?.hashed(tookMs);
      paceMs += PACE_WEIGHT * (tookMs - paceMs);
      dropHopeless();
      // the place is handed over, not freed, so that nobody can slip in between
      const next = nextInLine();
      if (next) next.start();
      else running -= 1;
    }
  }

  return { enter, refuseIfFull };
}
