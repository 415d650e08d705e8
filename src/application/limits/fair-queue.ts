import { append, type Link, makeList, unlink } from "./linked-list.ts";

/** A place in the queue. An item holds it while it waits and while it is processed. */
export interface Place {
  /** Starts processing: the item no longer waits, but still counts in the shares of its groups. */
  begin(): void;
  /** Releases the place: the item is done or gives up waiting. */
  leave(): void;
}

/**
 * A queue of items in nested groups. A path names the groups of an item from the outermost to the innermost;
 * all paths in one queue have the same length. All operations take constant time in the number of items.
 */
export interface FairQueue<T> {
  readonly waiting: () => number;
  /** The number of places held by waiting items and by items being processed. */
  readonly held: () => number;
  enter(path: readonly string[], item: T): Place;
  /**
   * The next item: groups take turns, and so do the groups inside each. The item stays in the queue until it
   * begins.
   */
  next(): T | undefined;
  /**
   * The item that must yield its place to a new item on this path if there is room for only one of them. It is
   * the newest item of the largest group, if the new item's group would still hold fewer places than that one
   * does now; otherwise the same rule applies within the new item's own group. A path may end early: the
   * unknown inner groups are then taken to be new ones.
   */
  mustYield(path: readonly string[]): T | undefined;
}

interface Group<T> {
  readonly key: string;
  readonly parent: Group<T> | undefined;
  /** The number of places of waiting items and of items being processed. */
  held: number;
  waiting: number;
  /** The group's links in its parent's `turns` and `ranks` while any of its items waits. */
  turn: Link<Group<T>> | undefined;
  rank: Link<Group<T>> | undefined;
  /** Items that wait directly in this group, the oldest first. */
  readonly items: Link<T>;
  inside: Inside<T> | undefined;
}

/** The groups inside a group. */
interface Inside<T> {
  readonly members: Map<string, Group<T>>;
  /** The inner groups with waiting items, in the order of their turns. */
  readonly turns: Link<Group<T>>;
  /** The same groups by the number of places they hold. `highest` is at least that of the largest. */
  readonly ranks: Link<Group<T>>[];
  highest: number;
}

export function makeFairQueue<T>(): FairQueue<T> {
  const root = makeGroup<T>("", undefined);
  return {
    waiting: () => root.waiting,
    held: () => root.held,
    enter(path, item) {
      const group = path.reduce(memberOf, root);
      const link = append(group.items, item);
      count(group, 1, 1);
      let isWaiting = true;
      const waitNoMore = () => {
        unlink(link);
        isWaiting = false;
      };
      return {
        begin() {
          waitNoMore();
          endTurn(group);
          count(group, 0, -1);
        },
        leave() {
          const waiting = isWaiting ? -1 : 0;
          waitNoMore();
          count(group, -1, waiting);
        },
      };
    },
    next() {
      let group = root;
      for (let first = firstOf(group); first; first = firstOf(group)) group = first;
      return group.items.after.item;
    },
    mustYield(path) {
      let group: Group<T> | undefined = root;
      for (let depth = 0; group !== undefined; depth += 1) {
        const largest = largestOf(group);
        if (largest === undefined) return undefined;
        const key = path[depth];
        const own: Group<T> | undefined = key === undefined ? undefined : group.inside?.members.get(key);
        if ((own?.held ?? 0) + 1 < largest.held) return newestOf(largest);
        group = own;
      }
      return undefined;
    },
  };
}

function makeGroup<T>(key: string, parent: Group<T> | undefined): Group<T> {
  return {
    key,
    parent,
    held: 0,
    waiting: 0,
    turn: undefined,
    rank: undefined,
    items: makeList(),
    inside: undefined,
  };
}

function memberOf<T>(group: Group<T>, key: string): Group<T> {
  group.inside ??= { members: new Map(), turns: makeList(), ranks: [], highest: 0 };
  const found = group.inside.members.get(key);
  if (found !== undefined) return found;
  const made = makeGroup(key, group);
  group.inside.members.set(key, made);
  return made;
}

const firstOf = <T>({ inside }: Group<T>) => inside?.turns.after.item;

/** Moves the group and its enclosing groups behind all others that wait. */
function endTurn<T>(innermost: Group<T>): void {
  for (let group: Group<T> | undefined = innermost; group; group = group.parent) leaveTurns(group);
}

function leaveTurns<T>(group: Group<T>): void {
  if (group.turn) unlink(group.turn);
  group.turn = undefined;
}

function count<T>(innermost: Group<T>, held: number, waiting: number): void {
  for (let group: Group<T> | undefined = innermost; group; group = group.parent) {
    group.held += held;
    group.waiting += waiting;
    if (group.parent?.inside) placeWithin(group.parent.inside, group);
  }
}

function placeWithin<T>(around: Inside<T>, group: Group<T>): void {
  if (group.rank) unlink(group.rank);
  group.rank = undefined;
  if (group.waiting === 0) leaveTurns(group);
  else {
    group.turn ??= append(around.turns, group);
    around.ranks[group.held] ??= makeList();
    group.rank = append(around.ranks[group.held] as Link<Group<T>>, group);
    around.highest = Math.max(around.highest, group.held);
  }
  if (group.held === 0) around.members.delete(group.key);
}

/**
 * The inner group with the most places among those with waiting items. Amortised constant time: each step down
 * follows a step up.
 */
function largestOf<T>({ inside }: Group<T>): Group<T> | undefined {
  if (inside === undefined) return undefined;
  const { ranks } = inside;
  for (; inside.highest > 0; inside.highest -= 1) {
    const largest = ranks[inside.highest]?.after.item;
    if (largest !== undefined) return largest;
    ranks.length = inside.highest;
  }
  return undefined;
}

function newestOf<T>(group: Group<T>): T | undefined {
  const largest = largestOf(group);
  return largest === undefined ? group.items.before.item : newestOf(largest);
}
