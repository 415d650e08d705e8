import { type Collection, type Db, type Document, MongoClient } from "mongodb";
import { CALL_TIMEOUT_MS, guarantees, servingOptions } from "./client-options.ts";
import { alwaysOf, type KeptClient, keepClient } from "./kept-client.ts";

/** Told of every command by its name, such as `find`: when it is sent and when its answer is there. */
export type CommandListener = (command: string, moment: "sent" | "answered" | "failed") => void;

/** The pool of connections to a server and the one way to use it. */
export interface Connection {
  collection<T extends Document>(name: string): Collection<T>;
  /** Runs one call of a port, bounded in time. Rejects once closing has begun. */
  call<T>(work: () => Promise<T>): Promise<T>;
  ping(): Promise<void>;
  /** Waits for the calls that were begun, then closes all connections. */
  close(): Promise<void>;
}

/** Connects to a server that is there. */
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
  return connectionOver(client, () => client.current().db(database, guarantees));
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
    collection: (name) => alwaysOf(() => db().collection(name)),
    call,
    ping: async () => void (await call(() => db().command({ ping: 1 }, { readPreference: "primary" }))),
    close: () => {
      // the driver would break off what is running
      closing ??= Promise.allSettled(running).then(() => client.close());
      return closing;
    },
  };
}

/** Whether a write whose time ran out was made stays unknown, as with any answer that is lost. */
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
