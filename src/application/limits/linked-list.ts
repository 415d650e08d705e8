/**
 * A link in a ring of items, or the ring itself, which is the link before the first item and after the last.
 */
export interface Link<T> {
  readonly item: T | undefined;
  before: Link<T>;
  after: Link<T>;
}

/** An empty ring. Every operation takes constant time, which a `Set` used as a queue does not guarantee. */
export function makeList<T>(): Link<T> {
  return linkOf<T>(undefined);
}

/** Adds the item as the last one. */
export function append<T>(ring: Link<T>, item: T): Link<T> {
  const link = linkOf<T>(item);
  moveToEnd(ring, link);
  return link;
}

/** Moves the item to the end of the ring. */
export function moveToEnd<T>(ring: Link<T>, link: Link<T>): void {
  unlink(link);
  link.before = ring.before;
  link.after = ring;
  ring.before.after = link;
  ring.before = link;
}

/** Removes the item from its ring, if it is still in one. */
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
