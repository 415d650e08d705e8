import { append, type Link, makeList, unlink } from "./linked-list.ts";

/** A place that an item holds, first while it waits, then while it is worked on. */
export interface Place {
  /** Its turn has come: it waits no more and still counts in the shares of its groups. */
  begin(): void;
  /** It is done, or will not wait any longer. */
  leave(): void;
}

/**
 * Items that wait in groups, which may have groups inside. A path names the groups of an item from the outermost
 * to the innermost; all paths in one queue are equally long. No operation takes longer when more items wait.
 */
export interface FairQueue<T> {
  readonly waiting: () => number;
  /** How many places are held, by items that wait and by items that are worked on. */
  readonly held: () => number;
  enter(path: readonly string[], item: T): Place;
  /** The item whose turn it is: groups take turns, and so do the groups inside each. It waits until it begins. */
  next(): T | undefined;
  /**
   * The item that must yield its place to a newcomer on this path if there is room for one of them only: the
   * newest of the largest group, where the newcomer's own group would still hold fewer places than that one
   * does now; else the same within the newcomer's own group. A path may end early: then the inner groups of the
   * newcomer are not known yet, and are taken to be new ones.
   */
  mustYield(path: readonly string[]): T | undefined;
}

interface Group<T> {
  readonly key: string;
  readonly parent: Group<T> | undefined;
  /** Places of items that wait and of items that are worked on. */
  held: number;
  waiting: number;
  /** Where this group stands in its parent's `turns` and `ranks` while any of its items waits. */
  turn: Link<Group<T>> | undefined;
  rank: Link<Group<T>> | undefined;
  /** What waits in it and in no group inside, oldest first. */
  readonly items: Link<T>;
  inside: Inside<T> | undefined;
}

/** The groups inside a group. */
interface Inside<T> {
  readonly members: Map<string, Group<T>>;
  /** Those of which something waits, in the order of their turns. */
  readonly turns: Link<Group<T>>;
  /** The same by how many places they hold; `highest` is no less than that of the largest. */
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

/** Puts the group and those around it behind all others that wait. */
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

/** The member with the most places, among those of which something waits. A step down follows a step up. */
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
