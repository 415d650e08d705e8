import { expect, it } from "vitest";
import type { HashRequest } from "../../../src/application/limits/hash-request.ts";
import { type GatedHasher, gateHasher } from "../../../src/application/limits/hashing-gate.ts";
import type { PasswordHasher } from "../../../src/application/ports/password-hasher.ts";

/** A hasher whose hashes end only when the test tells them to. */
function slowHasher() {
  const begun: string[] = [];
  const ends = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  let running = 0;
  let most = 0;
  const work = <T>(name: string, result: T) => {
    begun.push(name);
    running += 1;
    most = Math.max(most, running);
    return new Promise<T>((resolve, reject) => {
      ends.set(name, {
        resolve: () => {
          running -= 1;
          resolve(result);
        },
        reject: (error) => {
          running -= 1;
          reject(error);
        },
      });
    });
  };
  const hasher: PasswordHasher = {
    hash: (password) => work(password, `hash of ${password}`),
    verify: (_, password) => work(password, true),
    isOutdated: (hash) => hash === "old",
  };
  const end = async (name: string) => {
    ends.get(name)?.resolve();
    await settled();
  };
  const fail = async (name: string) => {
    ends.get(name)?.reject(new Error("no memory"));
    await settled();
  };
  return { hasher, begun, end, fail, most: () => most };
}

/**
 * A gate with the clock of the test. Unless stated, all requests come from one network, each for a different account.
 */
function gateOf(hasher: PasswordHasher, concurrency: number, queue: number, now = () => 0) {
  return fromOneNetwork(gateHasher(hasher, { concurrency, queue, deadlineMs: 5_000 }, now));
}

function fromOneNetwork(gated: GatedHasher) {
  const ip = "203.0.113.1";
  return {
    ...gated,
    hash: (password: string, turn: Partial<HashRequest> = {}) =>
      gated.hash(password, { ip, account: password, ...turn }),
    verify: (hash: string | undefined, password: string, turn: Partial<HashRequest> = {}) =>
      gated.verify(hash, password, { ip, account: password, ...turn }),
    refuseIfFull: (turn: Partial<HashRequest> = {}) => gated.refuseIfFull({ ip, ...turn }),
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it("runs at most as many hashes at once as it has places, for hashing and checking", async () => {
  const { hasher, begun, end, most } = slowHasher();
  const gated = gateOf(hasher, 2, 10);
  const all = [gated.hash("a"), gated.verify("x", "b"), gated.hash("c"), gated.verify(undefined, "d")];
  await settled();
  expect(begun).toEqual(["a", "b"]);
  for (const name of ["a", "b", "c", "d"]) await end(name);
  await expect(Promise.all(all)).resolves.toEqual(["hash of a", true, "hash of c", true]);
  expect(most()).toBe(2);
});

it("refuses a request as overloaded, at once and unhashed, if the queue is full; waiting ones are served", async () => {
  const { hasher, begun, end } = slowHasher();
  const gated = gateOf(hasher, 1, 2);
  const served = [gated.hash("a"), gated.hash("b"), gated.hash("c")];
  await expect(gated.hash("d")).rejects.toMatchObject({ code: "overloaded", retryAfter: expect.any(Number) });
  await expect(gated.verify("x", "e")).rejects.toMatchObject({ code: "overloaded" });
  for (const name of ["a", "b", "c"]) await end(name);
  await Promise.all(served);
  expect(begun).toEqual(["a", "b", "c"]);
});

it("without a queue refuses a request if no place is free", async () => {
  const { hasher, end } = slowHasher();
  const gated = gateOf(hasher, 1, 0);
  const served = gated.hash("a");
  await expect(gated.hash("b")).rejects.toMatchObject({ code: "overloaded" });
  await end("a");
  await served;
  const next = gated.hash("c");
  await end("c");
  await expect(next).resolves.toBe("hash of c");
});

it("hands a place to the request that has waited longest, and no other gets in between", async () => {
  const { hasher, begun, end, most } = slowHasher();
  const gated = gateOf(hasher, 1, 10);
  const first = gated.hash("first").then(() => gated.hash("late"));
  const second = gated.hash("second");
  const third = gated.hash("third");
  for (const name of ["first", "second", "third", "late"]) await end(name);
  await Promise.all([first, second, third]);
  expect(begun).toEqual(["first", "second", "third", "late"]);
  expect(most()).toBe(1);
});

it("a hash that fails, later or at once, tells its caller and frees its place", async () => {
  const { hasher, end, fail } = slowHasher();
  const gated = gateOf(hasher, 1, 1);
  const failing = gated.hash("a");
  const waiting = gated.hash("b");
  failing.catch(() => {});
  await fail("a");
  await expect(failing).rejects.toThrow("no memory");
  await end("b");
  await expect(waiting).resolves.toBe("hash of b");

  const throwing = gateOf(
    {
      ...hasher,
      hash() {
        throw new Error("at once");
      },
    },
    1,
    0,
  );
  for (let turn = 0; turn < 3; turn += 1) await expect(throwing.hash("x")).rejects.toThrow("at once");
});

it("after a flood has gone by, all places are free again", async () => {
  const { hasher, end, begun, most } = slowHasher();
  const gated = gateOf(hasher, 3, 5);
  const flood = Array.from({ length: 50 }, (_, index) => gated.hash(`f${index}`));
  const outcomes = Promise.allSettled(flood);
  for (let index = 0; index < 50; index += 1) await end(`f${index}`);
  expect((await outcomes).filter(({ status }) => status === "fulfilled")).toHaveLength(8);
  begun.length = 0;
  const after = ["x", "y", "z"].map((name) => gated.hash(name));
  await settled();
  expect(begun).toEqual(["x", "y", "z"]);
  for (const name of ["x", "y", "z"]) await end(name);
  await Promise.all(after);
  expect(most()).toBe(3);
});

it("asks whether a hash is outdated without a place", () => {
  const gated = gateOf(slowHasher().hasher, 1, 0);
  void gated.hash("a");
  expect([gated.isOutdated("old"), gated.isOutdated("new")]).toEqual([true, false]);
});

it("refuses a request that has waited longer than the deadline, unhashed, and serves later ones", async () => {
  const { hasher, begun, end } = slowHasher();
  let time = 0;
  const gated = gateOf(hasher, 1, 10, () => time);
  const first = gated.hash("a");
  const late = refusalOf(gated.hash("b"));
  time = 4_000;
  const later = gated.hash("c");
  time = 5_000;
  await end("a");
  expect(await late).toMatchObject({ code: "overloaded" });
  await end("c");
  expect([await first, await later]).toEqual(["hash of a", "hash of c"]);
  expect(begun).toEqual(["a", "c"]);
});

it("makes no hash for a client that has gone, and gives its place in a full queue to the next", async () => {
  const { hasher, begun, end } = slowHasher();
  const gated = gateOf(hasher, 1, 1);
  const client = new AbortController();
  const first = gated.hash("a");
  const gone = refusalOf(gated.hash("b", { signal: client.signal }));
  expect(await refusalOf(gated.hash("c"))).toMatchObject({ code: "overloaded" });
  expect(() => gated.refuseIfFull()).toThrow();
  client.abort();
  expect(() => gated.refuseIfFull()).not.toThrow();
  const next = gated.hash("d");
  expect(await gone).toMatchObject({ code: "overloaded" });
  await end("a");
  await end("d");
  expect([await first, await next]).toEqual(["hash of a", "hash of d"]);
  expect(begun).toEqual(["a", "d"]);
});

it("lets newcomers take a quarter of the queue, and every other place at most while others wait", async () => {
  const { hasher, begun, end } = slowHasher();
  const gated = gateOf(hasher, 1, 8);
  const all = [gated.verify("x", "running")];
  const newcomer = { isNewcomer: true };
  for (const name of ["new 1", "new 2"]) all.push(gated.verify("x", name, newcomer));
  expect(await refusalOf(gated.verify("x", "new 3", newcomer))).toMatchObject({ code: "overloaded" });
  for (const name of ["known 1", "known 2", "known 3"]) all.push(gated.verify("x", name));
  for (let served = 0; served < all.length; served += 1) {
    await settled();
    await end(begun[served] as string);
  }
  await Promise.all(all);
  expect(begun).toEqual(["running", "new 1", "known 1", "new 2", "known 2", "known 3"]);
});

it("tells in advance that the queue is full, and takes no place by telling", async () => {
  const { hasher, begun, end } = slowHasher();
  const gated = gateOf(hasher, 1, 8);
  const newcomer = { isNewcomer: true };
  for (let time = 0; time < 20; time += 1) gated.refuseIfFull(newcomer);
  const all = ["running", "new 1", "new 2"].map((name) => gated.hash(name, newcomer));
  expect(() => gated.refuseIfFull(newcomer)).toThrow(expect.objectContaining({ code: "overloaded" }));
  for (let known = 1; known <= 6; known += 1) {
    gated.refuseIfFull();
    all.push(gated.hash(`known ${known}`));
  }
  const refusal = { code: "overloaded", retryAfter: expect.any(Number) };
  expect(() => gated.refuseIfFull()).toThrow(expect.objectContaining(refusal));
  for (let served = 0; served < all.length; served += 1) await end(begun[served] as string);
  await Promise.all(all);
  expect(() => gated.refuseIfFull(newcomer)).not.toThrow();
});

it("computes the time for a retry from the measured pace", async () => {
  const { hasher, begun, end } = slowHasher();
  let time = 0;
  const gated = gateOf(hasher, 1, 3, () => time);
  const served: Promise<unknown>[] = [];
  for (let round = 0; round < 40; round += 1) {
    served.push(gated.hash(`round ${round}`));
    await settled();
    time += 2_000;
    await end(begun[round] as string);
  }
  const waiting = ["a", "b", "c", "d"].map((name) => gated.hash(name).catch((error) => error));
  expect(await refusalOf(gated.hash("e"))).toMatchObject({ code: "overloaded", retryAfter: 8 });
  for (const name of ["a", "b", "c", "d"]) await end(name);
  await Promise.all([...served, ...waiting]);
});

function refusalOf(call: Promise<unknown>): Promise<unknown> {
  return call.catch((error) => error);
}

it("tells an observer how many wait, how long each waited and how long each took, failed ones too", async () => {
  const { hasher, end, fail } = slowHasher();
  const told: string[] = [];
  let time = 0;
  let depth = () => Number.NaN;
  const observer = {
    depth: (read: () => number) => {
      depth = read;
    },
    waited: (ms: number) => told.push(`waited ${ms}`),
    hashed: (ms: number) => told.push(`hashed ${ms}`),
  };
  const limits = { concurrency: 1, queue: 2, deadlineMs: 5_000 };
  const gated = fromOneNetwork(gateHasher(hasher, limits, () => time, observer));
  expect(depth()).toBe(0);
  const all = Promise.allSettled([gated.hash("a"), gated.hash("b"), gated.hash("c", { isNewcomer: true })]);
  await expect(gated.hash("d")).rejects.toMatchObject({ code: "overloaded" });
  expect(depth()).toBe(2);
  time = 30;
  await end("a");
  expect(depth()).toBe(1);
  time = 70;
  await fail("c");
  expect(depth()).toBe(0);
  time = 75;
  await end("b");
  await all;
  expect(told).toEqual(["waited 0", "hashed 30", "waited 30", "hashed 40", "waited 70", "hashed 5"]);
});
