import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createClient, storageTokens, type TokenStore } from "../../src/client/client.ts";
import type { RunningService } from "../../src/composition/server/service.ts";
import { someone } from "../support/api.ts";
import { startTestService } from "../support/service.ts";
import { CLIENT_SETTINGS, clientOfSomeone, sharedStorage } from "../support/typed-client.ts";

/** How the client handles a failing token store. Failures of real browsers are tested in test/browser. */

let service: RunningService;
let baseUrl: string;
beforeAll(async () => {
  service = await startTestService(CLIENT_SETTINGS);
  baseUrl = service.address;
});
afterAll(() => service.stop());

/** A `localStorage` with room only while the test allows it. */
function smallStorage() {
  const storage = sharedStorage();
  const room = { isThere: true };
  return {
    room,
    storage: {
      ...storage,
      setItem(key: string, value: string) {
        if (!room.isThere) throw new DOMException("Full", "QuotaExceededError");
        storage.setItem(key, value);
      },
    },
  };
}

describe("a store that cannot be written", () => {
  it("keeps what it should have in memory, tells once, and has it when there is room", async () => {
    const { room, storage } = smallStorage();
    const onStorageFault = vi.fn<(error: unknown) => void>();
    room.isThere = false;
    const client = createClient({ baseUrl, tokens: storageTokens(storage), onStorageFault });
    const person = someone();
    const answer = await client.register(person);
    expect(answer.username).toBe(person.username);
    expect(await client.me()).toMatchObject({ email: person.email });
    await client.refresh();
    expect(onStorageFault.mock.calls).toEqual([[expect.objectContaining({ name: "QuotaExceededError" })]]);
    room.isThere = true;
    const next = await client.refresh();
    expect(await storageTokens(storage).get()).toEqual(next);
    room.isThere = false;
    await client.refresh();
    expect(onStorageFault).toHaveBeenCalledTimes(2);
  });

  it("leaves no former user's tokens there for another tab, or for the next page", async () => {
    const { room, storage } = smallStorage();
    await clientOfSomeone(baseUrl, { tokens: storageTokens(storage) });
    room.isThere = false;
    const client = createClient({ baseUrl, tokens: storageTokens(storage) });
    const { username } = await client.register(someone());
    expect(await createClient({ baseUrl, tokens: storageTokens(storage) }).isSignedIn()).toBe(false);
    expect(await client.me()).toMatchObject({ username });
  });

  it("does not forget a logout that could not be written", async () => {
    const { storage } = smallStorage();
    const { client } = await clientOfSomeone(baseUrl, { tokens: storageTokens(storage) });
    storage.setItem = storage.removeItem = () => {
      throw new DOMException("Gone", "UnknownError");
    };
    await client.logout();
    expect(await client.isSignedIn()).toBe(false);
    await expect(client.me()).rejects.toMatchObject({ code: "missing_token" });
  });
});

it("a store that cannot be opened is reported, and memory is used", async () => {
  const onStorageFault = vi.fn<(error: unknown) => void>();
  const denied = () => {
    throw new DOMException("Denied", "SecurityError");
  };
  const client = createClient({ baseUrl, tokens: storageTokens(denied), onStorageFault });
  const { username } = await client.register(someone());
  expect(await client.me()).toMatchObject({ username });
  expect(onStorageFault).toHaveBeenCalledOnce();
});

it("a write that a store finishes late does not replace a later one", async () => {
  const finish: (() => void)[] = [];
  let stored: unknown;
  const slow: TokenStore = {
    get: () => undefined,
    set: (given) =>
      new Promise((resolve) => {
        finish.push(() => {
          stored = given;
          resolve();
        });
      }),
    clear: () => {},
  };
  const client = createClient({ baseUrl, tokens: slow, timeoutMs: 2_000 });
  await client.register(someone());
  const { access_token, refresh_token } = await client.refresh();
  expect(finish).toHaveLength(1);
  finish[0]?.();
  await expect.poll(() => finish.length).toBe(2);
  finish[1]?.();
  expect(stored).toEqual({ access_token, refresh_token });
});
