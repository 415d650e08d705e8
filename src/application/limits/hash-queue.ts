import { networkOf } from "../../domain/throttle.ts";
import { type FairQueue, makeFairQueue, type Place } from "./fair-queue.ts";
import type { EarlyHashRequest, HashRequest } from "./hash-request.ts";
import { append, makeList, moveToEnd, unlink } from "./linked-list.ts";

/** A place in the queue, and after that among the hashes that are being made. */
export interface HashJob extends Place {
  readonly since: number;
  readonly request: HashRequest;
  readonly start: () => void;
  readonly refuse: () => void;
}

export interface QueueLimits {
  /** Hashes that may wait; where one more comes, it or another is refused. */
  readonly queue: number;
  /** How long one may wait, in milliseconds. */
  readonly deadlineMs: number;
}

/** A queue in which a request takes a place, and how many may wait there. */
interface Membership {
  readonly queue: FairQueue<HashJob>;
  readonly limit: number;
  readonly path: readonly string[];
}

/** How many of those who wait are asked at each step whether they are still there. */
const ASKED_AT_ONCE = 64;

/** Keeps who waits, whose turn it is, and who yields where there is no room for all. */
export function makeHashQueue({ queue, deadlineMs }: QueueLimits, now: () => number) {
  const all = makeFairQueue<HashJob>();
  const known = makeFairQueue<HashJob>();
  const newcomers = makeFairQueue<HashJob>();
  const accounts = new Map<string, FairQueue<HashJob>>();
  const oldestFirst = makeList<HashJob>();
  const toBeAsked = makeList<HashJob>();
  const quarter = Math.max(1, queue / 4);
  let wasNewcomer = false;

  /** The smallest first: what leaves it leaves the larger ones too. */
  function membershipsOf({ ip, account, isNewcomer }: HashRequest): Membership[] {
    const network = networkOf(ip);
    const path = [network, account ?? ""];
    const whole = { queue: all, limit: queue, path };
    if (isNewcomer) return [{ queue: newcomers, limit: quarter, path }, whole];
    const line = { queue: known, limit: Number.POSITIVE_INFINITY, path };
    if (account === undefined) return [whole, line];
    const own = accounts.get(account) ?? makeFairQueue<HashJob>();
    // one account from many networks gets no more than from one, and its strangers do not keep its owner out
    return [{ queue: own, limit: quarter, path: [network] }, whole, line];
  }

  /** Who must yield, if anybody, for one more to find room; `undefined` where there is none. */
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

    /** Whether a request would find room, at least for some account while it is not known for which. */
    mayFindRoom(request: EarlyHashRequest): boolean {
      const isKnown = request.isNewcomer === true || request.account !== undefined;
      const anyAccount = { queue: all, limit: queue, path: [networkOf(request.ip)] };
      return roomIn(isKnown ? membershipsOf(request) : [anyAccount]) !== undefined;
    },

    /** Makes room for one more, by refusing another where that is fair; `false` where there is none. */
    makeRoom(request: HashRequest): boolean {
      const room = roomIn(membershipsOf(request));
      if (room?.yields) drop(room.yields);
      return room !== undefined;
    },

    /** Takes a place, to wait in at first. */
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

    /** Begins what comes next: two newcomers never follow each other while somebody known waits. */
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

    /** Refuses all who have waited too long, and of those who have gone as many as it finds in a few steps. */
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
