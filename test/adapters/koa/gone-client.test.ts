import { request } from "node:http";
import { setTimeout } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { argon2Driver } from "../../../src/adapters/argon2/argon2-driver.ts";
import { openArgon2Hasher } from "../../../src/adapters/argon2/password-hasher.ts";
import { makeHttpApp } from "../../../src/adapters/koa/app.ts";
import { ALL_ENDPOINTS } from "../../../src/adapters/koa/endpoints/all.ts";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import type { HttpServer } from "../../../src/adapters/node/http-server.ts";
import { gateHasher } from "../../../src/application/limits/hashing-gate.ts";
import { registered, someone } from "../../support/api.ts";
import { makeCore, testClock, turn } from "../../support/core.ts";
import { HTTP_OPTIONS } from "../../support/http-options.ts";
import { listenWith } from "../../support/listen.ts";

/** A client that disconnects while its password waits for hashing frees its place in the queue. */

let server: HttpServer | undefined;
afterEach(() => server?.close(0));

const HELD = "a password whose hash is never made";

type Person = Awaited<ReturnType<typeof registered>>;

/** For each call that hashes, a body that reaches the queue. */
const BODIES: Readonly<Record<string, (person: Person, resetToken: string) => object>> = {
  "POST /api/register": () => someone(),
  "POST /api/login": ({ email, password }) => ({ email, password }),
  "POST /api/reauthenticate": ({ password }) => ({ password }),
  "PATCH /api/me": ({ password }) => ({ password, username: someone().username }),
  "DELETE /api/me": ({ password }) => ({ password }),
  "POST /api/password": ({ password }) => ({ current_password: password, new_password: "another password" }),
  "POST /api/password/reset": (_, token) => ({ token, new_password: "another password" }),
};

it("these are the calls that hash", () => {
  const hashing = ALL_ENDPOINTS.filter(({ hashes }) => hashes).map(({ call }) => call);
  expect(hashing.toSorted()).toEqual(Object.keys(BODIES).toSorted());
});

/** The service with a gate of one place and a queue of one, and the passwords hashed or compared. */
async function fullService() {
  const cheap = await openArgon2Hasher(argon2Driver, { memoryKib: 64, passes: 1, lanes: 1 });
  const begun: string[] = [];
  let freePlace = () => {};
  const held = new Promise<string>((resolve) => {
    freePlace = () => resolve("");
  });
  let waiting = () => 0;
  const hasher = gateHasher(
    {
      ...cheap,
      hash: (password) => {
        begun.push(password);
        return password === HELD ? held : cheap.hash(password);
      },
      verify: (hash, password) => {
        begun.push(password);
        return cheap.verify(hash, password);
      },
    },
    { concurrency: 1, queue: 1, deadlineMs: 60_000 },
    () => performance.now(),
    {
      depth: (count) => {
        waiting = count;
      },
      waited() {},
      hashed() {},
    },
  );
  const shared = { storage: openMemoryStorage(), clock: testClock(new Date()) };
  const { core } = await makeCore(() => ({ hasher }), {}, shared);
  server = await listenWith(makeHttpApp(core, { ...HTTP_OPTIONS, readiness: core.checkHealth }));
  const person = await registered(server.address);
  const { link } = await core.makeResetLink(person.email);
  const resetToken = new URL(link).searchParams.get("token") ?? new URL(link).hash.replace("#token=", "");
  begun.length = 0;
  const heldHash = hasher.hash(HELD, turn);
  /** Whether a hash still waits, after the gate was asked for room and has dropped those of gone clients. */
  const isWaiting = () => {
    try {
      hasher.refuseIfFull(turn);
    } catch {
      // the queue is full
    }
    return waiting() > 0;
  };
  return { url: server.address, person, resetToken, begun, isWaiting, freePlace, heldHash };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setTimeout(5);
}

it.each(Object.entries(BODIES))("%s", async (call, bodyOf) => {
  const { url, person, resetToken, begun, isWaiting, freePlace, heldHash } = await fullService();
  const [method, path] = call.split(" ");
  const body = JSON.stringify(bodyOf(person, resetToken));
  const outgoing = request(url + path, {
    method,
    headers: {
      Authorization: `Bearer ${person.access_token}`,
      "Content-Type": "application/json",
      // Node.js sends none with DELETE
      "Content-Length": body.length,
    },
  });
  const gone = new Promise((resolve) => outgoing.on("error", resolve));
  outgoing.end(body);
  await until(isWaiting);
  // it stays in the queue for as long as its client waits
  await setTimeout(50);
  expect(isWaiting()).toBe(true);

  outgoing.destroy(new Error("gone"));
  await gone;
  await until(() => !isWaiting());
  freePlace();
  await heldHash;
  await setTimeout(20);
  expect(begun).toEqual([HELD]);
});
