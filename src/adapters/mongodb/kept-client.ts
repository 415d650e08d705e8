import type { MongoClient } from "mongodb";

/** A client of the driver, and another one in its place where it has stopped looking for its server. */
export interface KeptClient {
  current(): MongoClient;
  close(): Promise<void>;
}

/** Longer than a check of a server takes at most: to connect and to say hello, each of which the driver bounds. */
const CHECK_MS = 3_000;
/** The same of a check that the server answers when something changes, or after ten seconds. */
const AWAITED_CHECK_MS = 16_000;
/** How long after one attempt to connect failed the next one is made. */
const RETRY_MS = 500;

/**
 * Keeps a client in use. When many connections break at once, the driver (7.9) may write to the one by which it checks
 * its server after that was destroyed, and wait for ever for it to drain; it then never finds the server again. A
 * check that neither succeeds nor fails in time gives that away.
 */
export function keepClient(make: () => MongoClient): KeptClient {
  const checks = new Map<string, NodeJS.Timeout>();
  let current = watched(make());
  let isClosed = false;

  function watched(client: MongoClient): MongoClient {
    const over = ({ connectionId }: { connectionId: string }) => clearTimeout(checks.get(connectionId));
    client.on("serverHeartbeatStarted", ({ connectionId, awaited }) => {
      clearTimeout(checks.get(connectionId));
      const timer = setTimeout(replace, awaited ? AWAITED_CHECK_MS : CHECK_MS, client);
      checks.set(connectionId, timer.unref());
    });
    client.on("serverHeartbeatSucceeded", over);
    client.on("serverHeartbeatFailed", over);
    client.on("serverClosed", ({ address }) => over({ connectionId: address }));
    return client;
  }

  function forget(client: MongoClient): Promise<void> {
    client.removeAllListeners("serverHeartbeatStarted");
    for (const timer of checks.values()) clearTimeout(timer);
    checks.clear();
    return client.close();
  }

  function replace(stuck: MongoClient): void {
    if (isClosed || stuck !== current) return;
    // what waits in it is bounded by the time of its call
    void forget(stuck).catch(() => {});
    const next = watched(make());
    current = next;
    // a client whose first connection failed is closed for good
    next.connect().catch(() => setTimeout(replace, RETRY_MS, next).unref());
  }

  return {
    current: () => current,
    close() {
      isClosed = true;
      return forget(current);
    },
  };
}

/** An object whose members are always those of the current one. */
export function alwaysOf<T extends object>(current: () => T): T {
  return new Proxy({} as T, {
    get(_, name) {
      const target = current();
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
