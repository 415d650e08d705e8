/** Runs work at once, in one step, and rejects when the storage is closed. */
export type Step = <T>(work: () => T) => Promise<T>;

/** Identifiers are never used twice, so a second use is a fault and not to be papered over. */
export function addNew<T>(things: Map<string, T>, id: string, thing: T): void {
  if (things.has(id)) throw new Error("The id is in use");
  things.set(id, structuredClone(thing));
}

/** Up to so many things, by their key upwards, from the first one after `after`. */
export function pageOf<T>(things: Map<string, T>, after: string | undefined, limit: number): [string, T][] {
  return [...things]
    .filter(([key]) => after === undefined || key > after)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, Math.max(0, limit));
}

/** Forgets up to so many of the things that are over. Resolves to how many it forgot. */
export function forgetSome<T>(things: Map<string, T>, isOver: (thing: T) => boolean, limit: number): number {
  const over = [...things].filter(([, thing]) => isOver(thing)).slice(0, Math.max(0, limit));
  for (const [id] of over) things.delete(id);
  return over.length;
}
