import type { Socket } from "node:net";
import { MongoClient } from "mongodb";
import { describe, expect, it } from "vitest";
import { keepClient } from "../../../src/adapters/mongodb/kept-client.ts";
import { proxiedDatabase } from "../../support/mongo-proxy.ts";
import { mongoServer } from "../../support/storage-mongodb.ts";

const OPTIONS = { heartbeatFrequencyMS: 500, connectTimeoutMS: 1_000, serverSelectionTimeoutMS: 1_000 };

/** The driver's private socket for checking its one server. */
interface Inside {
  readonly topology: {
    readonly s: {
      readonly servers: ReadonlyMap<
        string,
        { readonly monitor: { readonly connection: { readonly socket: Socket } } }
      >;
    };
  };
}

/** Breaks the connection of a check just before the check writes to it. */
function breakNextCheck(client: MongoClient): Promise<void> {
  return new Promise((resolve) => {
    client.once("serverHeartbeatStarted", () => {
      const [server] = (client as unknown as Inside).topology.s.servers.values();
      server?.monitor.connection.socket.destroy();
      resolve();
    });
  });
}

const ping = (client: MongoClient) =>
  client
    .db()
    .command({ ping: 1 })
    .then(
      () => "there",
      () => "away",
    );

describe.runIf(mongoServer)("a client whose check of the server never ends", () => {
  it("is replaced, since it would not find the server again", async () => {
    const { proxied, proxy } = await proxiedDatabase();
    const kept = keepClient(() => new MongoClient(proxied, OPTIONS));
    const first = new MongoClient(proxied, OPTIONS);
    for (const client of [first, kept.current()]) {
      await client.connect();
      await breakNextCheck(client);
    }
    await proxy.cut();
    // now both have noticed the outage
    await Promise.all([first, kept.current()].map(ping));
    await proxy.resume();
    await expect.poll(() => ping(kept.current()), { timeout: 10_000 }).toBe("there");
    // a driver without the fix must behave so; otherwise the fix is no longer needed
    expect(await ping(first)).toBe("away");
    await kept.close();
    await first.close();
    await proxy.close();
  }, 30_000);

  it("is replaced until one finds the server, where that is still away", async () => {
    const { proxied, proxy } = await proxiedDatabase();
    const kept = keepClient(() => new MongoClient(proxied, OPTIONS));
    const first = kept.current();
    await first.connect();
    await breakNextCheck(first);
    await proxy.cut();
    await ping(first);
    await expect.poll(() => kept.current() !== first, { timeout: 10_000 }).toBe(true);
    // the next client's first connection fails now
    expect(await ping(kept.current())).toBe("away");
    await proxy.resume();
    await expect.poll(() => ping(kept.current()), { timeout: 10_000 }).toBe("there");
    await kept.close();
    await proxy.close();
  }, 30_000);

  it("is kept for as long as checks end, well or not", async () => {
    const { proxied, proxy } = await proxiedDatabase();
    const kept = keepClient(() => new MongoClient(proxied, OPTIONS));
    const first = kept.current();
    await first.connect();
    await proxy.cut();
    await expect.poll(() => ping(first), { timeout: 6_000, interval: 5_000 }).toBe("away");
    await proxy.resume();
    await expect.poll(() => ping(first), { timeout: 6_000 }).toBe("there");
    expect(kept.current()).toBe(first);
    await kept.close();
    await proxy.close();
  }, 30_000);
});
