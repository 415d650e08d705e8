import { networkOf } from "../../domain/throttle.ts";
import { type FairQueue, makeFairQueue, type Place } from "./fair-queue.ts";
import type { EarlyHashRequest, HashRequest } from "./hash-request.ts";
import { append, makeList, moveToEnd, unlink } from "./linked-list.ts";

/** A place in the queue, and then among the running hashes. */
export interface HashJob extends Place {
  readonly since: number;
  readonly request: HashRequest;
  readonly start: () => void;
  readonly refuse: () => void;
}

export interface QueueLimits {
  /** The most hashes that may wait. If one more arrives, it or another one is refused. */
  readonly queue: number;
  /** The longest wait, in milliseconds. */
  readonly deadlineMs: number;
}

/** A queue in which a request takes a place, and the most that may wait there. */
interface Membership {
  readonly queue: FairQueue<HashJob>;
  readonly limit: number;
  readonly path: readonly string[];
}

/** How many waiting jobs are checked for cancellation at each step. */
const ASKED_AT_ONCE = 64;

/** Decides which job runs next, and which one yields if there is no room for all. */
export function makeHashQueue({ queue, deadlineMs }: QueueLimits, now: () => number) {
  const all = makeFairQueue<HashJob>();
  const known = makeFairQueue<HashJob>();
  const newcomers = makeFairQueue<HashJob>();
  const accounts = new Map<string, FairQueue<HashJob>>();
  const oldestFirst = makeList<HashJob>();
  const toBeAsked = makeList<HashJob>();
  const quarter = Math.max(1, queue / 4);
  let wasNewcomer = false;

  /** The smallest queue first: a job that leaves it also leaves the larger ones. */
  function membershipsOf({ ip, account, isNewcomer }: HashRequest): Membership[] {
    const network = networkOf(ip);
    const path = [network, account ?? ""];
    const whole = { queue: all, limit: queue, path };
    if (isNewcomer) return [{ queue: newcomers, limit: quarter, path }, whole];
    const line = { queue: known, limit: Number.POSITIVE_INFINITY, path };
    if (account === undefined) return [whole, line];
    const own = accounts.get(account) ?? makeFairQueue<HashJob>();
    // an account gets no larger share from many networks than from one, and strangers cannot keep its owner out
    return [{ queue: own, limit: quarter, path: [network] }, whole, line];
  }

  /** The job, if any, that must yield to make room for one more; `undefined` if there is no room. */
  function roomIn(memberships: readonly Membership[]): { readonly yields?: HashJob } | undefined {
    const full = memberships.find(({ queue, limit }) => queue.waiting() >= limit);
    if (full === undefined) return {};
    const yields = full.queue.mustYield(full.path);
    return yields && { yields };
  }

  function drop(seat: HashJob): void {
    seat.leave();
    seat.refuse();
  }

  const isLate = ({ since }: HashJob) => since <= now() - deadlineMs;
  const isCancelled = ({ request }: HashJob) => request.signal?.aborted === true;

  return {
    waiting: all.waiting,

    /** Whether a request would find room; if its account is unknown, whether it would for some account. */
    mayFindRoom(request: EarlyHashRequest): boolean {
      const isKnown = request.isNewcomer === true || request.account !== undefined;
      const anyAccount = { queue: all, limit: queue, path: [networkOf(request.ip)] };
      return roomIn(isKnown ? membershipsOf(request) : [anyAccount]) !== undefined;
    },

    /**
     * Makes room for one more, by refusing another one if that is fair. Returns `false` if there is no room.
     */
    makeRoom(request: HashRequest): boolean {
      const room = roomIn(membershipsOf(request));
      if (room?.yields) drop(room.yields);
      return room !== undefined;
    },

    /** Takes a place and waits. */
    enter(request: HashRequest, { start, refuse }: Pick<HashJob, "start" | "refuse">): HashJob {
      const { account } = request;
      const memberships = membershipsOf(request);
      const places: Place[] = [];
      const seat: HashJob = {
        since: now(),
        request,
        start,
        refuse,
        begin() {
          for (const link of links) unlink(link);
          for (const place of places) place.begin();
        },
        leave() {
          for (const link of links) unlink(link);
          for (const place of places) place.leave();
          if (account !== undefined && accounts.get(account)?.held() === 0) accounts.delete(account);
        },
      };
      const links = [append(oldestFirst, seat), append(toBeAsked, seat)];
      for (const { queue, path } of memberships) places.push(queue.enter(path, seat));
      const [own] = memberships;
      if (own && account !== undefined && !request.isNewcomer) accounts.set(account, own.queue);
      return seat;
    },

    /** Begins the next job. Two newcomers never run in a row while a known client waits. */
    beginNext(): HashJob | undefined {
      for (;;) {
        const isKnownsTurn = (wasNewcomer || newcomers.waiting() === 0) && known.waiting() > 0;
        const seat = (isKnownsTurn ? known : newcomers).next();
        if (seat === undefined) return undefined;
        if (isLate(seat) || isCancelled(seat)) drop(seat);
        else {
          wasNewcomer = !isKnownsTurn;
          seat.begin();
          return seat;
        }
      }
    },

    /** Refuses all jobs that have waited too long, and cancelled jobs as far as a few steps find them. */
    dropHopeless(): void {
      for (let { item } = oldestFirst.after; item && isLate(item); { item } = oldestFirst.after) drop(item);
      for (let asked = Math.min(ASKED_AT_ONCE, all.waiting()); asked > 0; asked -= 1) {
        const link = toBeAsked.after;
        if (link.item && isCancelled(link.item)) drop(link.item);
        else moveToEnd(toBeAsked, link);
      }
    },
  };
}
