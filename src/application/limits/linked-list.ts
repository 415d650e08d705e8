/** A place in a ring of items, or the ring itself: what stands before its first item and after its last. */
export interface Link<T> {
  readonly item: T | undefined;
  before: Link<T>;
  after: Link<T>;
}

/** An empty ring. Every step on it takes constant time, which a `Set` used as a queue does not promise. */
export function makeList<T>(): Link<T> {
  return linkOf<T>(undefined);
}

/** Adds the item as the last one. */
export function append<T>(ring: Link<T>, item: T): Link<T> {
  const link = linkOf<T>(item);
  moveToEnd(ring, link);
  return link;
}

/** Makes it the last one of the ring. */
export function moveToEnd<T>(ring: Link<T>, link: Link<T>): void {
  unlink(link);
  link.before = ring.before;
  link.after = ring;
  ring.before.after = link;
  ring.before = link;
}

/** Takes the item out of its ring; out already, it stays out. */
export function unlink<T>(link: Link<T>): void {
  link.before.after = link.after;
  link.after.before = link.before;
  link.before = link;
  link.after = link;
}

function linkOf<T>(item: T | undefined): Link<T> {
  const link = { item } as Link<T>;
  link.before = link;
  link.after = link;
  return link;
}
