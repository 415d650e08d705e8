import { type Collection, type Db, type Document, MongoClient } from "mongodb";
import { CALL_TIMEOUT_MS, guarantees, servingOptions } from "./client-options.ts";
import { alwaysOf, type KeptClient, keepClient } from "./kept-client.ts";

/** Called for every command by its name, such as `find`, when it is sent and when it is answered. */
export type CommandListener = (command: string, moment: "sent" | "answered" | "failed") => void;

/** The connection pool of a server. All calls go through `call`. */
export interface Connection {
  collection<T extends Document>(name: string): Collection<T>;
  /** Runs one call of a port with a deadline. Rejects once closing has begun. */
  call<T>(work: () => Promise<T>): Promise<T>;
  ping(): Promise<void>;
  /** Waits for running calls, then closes all connections. */
  close(): Promise<void>;
}

/** Connects to a running server. */
export async function openConnection(
  uri: string,
  database: string,
  onCommand?: CommandListener,
): Promise<Connection> {
  const client = keepClient(() => makeClient(uri, onCommand));
  try {
    await client.current().connect();
  } catch (error) {
    await client.close();
    throw error;
  }
  return connectionOver(
    client,
    oncePer(client.current, (current) => current.db(database, guarantees)),
  );
}

function makeClient(uri: string, onCommand: CommandListener | undefined): MongoClient {
  const client = new MongoClient(uri, { ...servingOptions, monitorCommands: onCommand !== undefined });
  if (onCommand !== undefined) {
    client.on("commandStarted", ({ commandName }) => onCommand(commandName, "sent"));
    client.on("commandSucceeded", ({ commandName }) => onCommand(commandName, "answered"));
    client.on("commandFailed", ({ commandName }) => onCommand(commandName, "failed"));
  }
  return client;
}

function connectionOver(client: KeptClient, db: () => Db): Connection {
  const running = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  async function call<T>(work: () => Promise<T>): Promise<T> {
    if (closing !== undefined) throw new Error("The storage is closed");
    const bounded = inTime(work());
    running.add(bounded);
    try {
      return await bounded;
    } finally {
      running.delete(bounded);
    }
  }

  return {
    collection: (name) => alwaysOf(oncePer(db, (current) => current.collection(name))),
    call,
    ping: async () => void (await call(() => db().command({ ping: 1 }, { readPreference: "primary" }))),
    close: () => {
      // closing the driver now would abort running calls
      closing ??= Promise.allSettled(running).then(() => client.close());
      return closing;
    },
  };
}

/** Caches one value made from the current source, and makes it again when the source changes. */
function oncePer<S, T>(source: () => S, make: (source: S) => T): () => T {
  let made: { readonly from: S; readonly of: T } | undefined;
  return () => {
    const from = source();
    if (made?.from !== from) made = { from, of: make(from) };
    return made.of;
  };
}

/** Applies the deadline. Whether a write that timed out was made is unknown, as with any lost answer. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`MongoDB did not answer within ${CALL_TIMEOUT_MS} ms`)),
      CALL_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
