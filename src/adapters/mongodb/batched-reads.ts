import DataLoader from "dataloader";

/** Reads the values of different keys by one command. Keys that have none are left out. */
type ReadMany<V> = (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>;

/** `undefined` if the key has no value. Each call gets a value of its own. */
type ReadOne<V> = (key: string) => Promise<V | undefined>;

/**
 * Reads by key, where keys that are asked for in one turn of the event loop share a command of at most `mostKeys`.
 * Nothing is kept: a key is always read by a command that is sent after the key was asked for. If a command fails,
 * every call that shares it rejects with its error.
 */
export function batchedReads<V>(read: ReadMany<V>, maxKeys: number): ReadOne<V> {
  const loader = new DataLoader<string, V | undefined>(
    async (keys) => oneEach(keys, await read([...new Set(keys)])),
    {
      cache: false,
      maxBatchSize: maxKeys,
      // after the input of this turn was handled, so that all its requests share the command
      batchScheduleFn: (send) => setImmediate(send),
    },
  );
  return (key) => loader.load(key);
}

/** The value of each key, with copies for keys that repeat. */
function oneEach<V>(keys: readonly string[], values: ReadonlyMap<string, V>): (V | undefined)[] {
  const taken = new Set<string>();
  return keys.map((key) => {
    const value = values.get(key);
    if (!taken.has(key)) {
      taken.add(key);
      return value;
    }
    return value === undefined ? undefined : structuredClone(value);
  });
}
