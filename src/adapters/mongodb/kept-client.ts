import type { MongoClient } from "mongodb";

/** A client of the driver, which is replaced if it has stopped monitoring its server. */
export interface KeptClient {
  current(): MongoClient;
  close(): Promise<void>;
}

/** Longer than the longest server check: a connect and a hello, both bounded by the driver. */
const CHECK_MS = 3_000;
/** Longer than the longest streaming check, which the server answers at a change or after ten seconds. */
const AWAITED_CHECK_MS = 16_000;
/** Wait after a failed attempt to connect. */
const RETRY_MS = 500;

/**
 * Keeps a working client. When many connections break at once, the driver (7.9) may write to its destroyed
 * monitoring connection and wait forever for it to drain; it then never finds the server again. A check that
 * neither succeeds nor fails in time reveals this.
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
    // calls waiting in the old client are bounded by their deadlines
    void forget(stuck).catch(() => {});
    const next = watched(make());
    current = next;
    // a client whose first connection failed stays closed
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

/** A proxy whose members are always those of the current object. */
export function alwaysOf<T extends object>(current: () => T): T {
  return new Proxy({} as T, {
    get(_, name) {
      const target = current();
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
