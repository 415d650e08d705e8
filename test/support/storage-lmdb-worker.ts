// A process that uses a store of the tests. Its arguments are a directory and a task.
import { openLmdbStorage } from "../../src/adapters/lmdb/storage.ts";
import { UNTIL } from "./storage-lmdb-process.ts";

const [directory = "", task = "", ...rest] = process.argv.slice(2);

const tasks: Record<string, () => Promise<unknown>> = {
  /** Opens the store and reports the result. */
  async open() {
    const storage = await openLmdbStorage(directory);
    await storage.ping();
    await storage.close();
    return "opened";
  },

  /** Adds one revocation. */
  async revoke() {
    const storage = await openLmdbStorage(directory);
    await storage.revocations.add(rest[0] as string, UNTIL);
    await storage.close();
    return "revoked";
  },

  /** Adds revocations until writing fails, then tells which were acknowledged and whether reading still works. */
  async fill() {
    const storage = await openLmdbStorage(directory);
    const acknowledged: string[] = [];
    const failures: { message: string; causeCode: unknown }[] = [];
    for (let round = 0; failures.length < 20; round++) {
      const keys = Array.from({ length: 10 }, (_, i) => `${round}-${i}-${"x".repeat(500)}`);
      const ends = await Promise.allSettled(keys.map((key) => storage.revocations.add(key, UNTIL)));
      ends.forEach((end, i) => {
        if (end.status === "fulfilled") acknowledged.push(keys[i] as string);
        else failures.push({ message: end.reason.message, causeCode: end.reason.cause?.code });
      });
    }
    const found = await storage.revocations.find(acknowledged, new Date(0));
    await storage.close();
    return { acknowledged, failures, readable: found.size === acknowledged.length };
  },

  /** Calls methods of the storage on request of the parent, until it disconnects. */
  async serve() {
    const storages = new Map<string, ReturnType<typeof openLmdbStorage>>();
    process.on("message", async ([id, at, path, args]: [number, string, [string, string], unknown[]]) => {
      try {
        if (!storages.has(at)) storages.set(at, openLmdbStorage(at));
        const storage = await storages.get(at);
        const repository = Reflect.get(storage as object, path[0]);
        process.send?.([id, "fulfilled", await repository[path[1]](...args)]);
      } catch (error) {
        process.send?.([id, "rejected", (error as { code?: string }).code ?? String(error)]);
      }
    });
    return "serving";
  },

  /** Adds users without end, and reports each after it is acknowledged. */
  async flood() {
    const { aUser } = await import("./storage-samples.ts");
    const storage = await openLmdbStorage(directory);
    for (;;) {
      const users = Array.from({ length: 5 }, () => aUser());
      await Promise.all(users.map((user) => storage.users.add(user).then(() => process.send?.(user))));
    }
  },
};

try {
  const outcome = await tasks[task]?.();
  if (process.send === undefined) console.log(JSON.stringify(outcome));
  else process.send(outcome);
} catch (error) {
  const { message, cause } = error as Error;
  console.log(JSON.stringify({ message, cause: String(cause) }));
}
