import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { User } from "../../../src/domain/user.ts";
import { lmdbHarness } from "../../support/storage-lmdb.ts";
import { callIn, type Ending, runTask, startTask, UNTIL } from "../../support/storage-lmdb-process.ts";
import { anAuditEntry, aSession, aUser } from "../../support/storage-samples.ts";

const harness = lmdbHarness();
afterEach(() => harness.cleanup());

describe("lmdb: two processes with one store", () => {
  let other: ChildProcess;
  beforeAll(async () => {
    other = await startTask("", "serve");
  });
  afterAll(() => {
    other.kill();
  });

  it("open it for the first time at once", async () => {
    for (let round = 0; round < 10; round++) {
      const directory = await harness.directory();
      const there = callIn(other, directory)("storedValues", "claim", "issuer", "theirs");
      const storage = await harness.openAt(directory);
      const ours = await storage.storedValues.claim("issuer", "ours");
      expect(await there).toEqual(["fulfilled", ours]);
    }
  });

  it("give a contested address to one of many users", async () => {
    const directory = await harness.directory();
    const storage = await harness.openAt(directory);
    const call = callIn(other, directory);
    await call("users", "findById", "none");

    const racers = Array.from({ length: 40 }, () =>
      aUser({ email: { shown: "A@b.example", canonical: "a@b.example" } }),
    );
    const ends = await Promise.all(
      racers.map((user, i) => (i % 2 === 0 ? endOf(storage.users.add(user)) : call("users", "add", user))),
    );
    const winners = racers.filter((_, i) => ends[i]?.[0] === "fulfilled");
    expect(winners).toHaveLength(1);
    expect(ends.filter(([, value]) => value === "email_taken")).toHaveLength(39);
    expect(await storage.users.findByEmail("a@b.example")).toStrictEqual(winners[0]);
    expect(await call("users", "findByEmail", "a@b.example")).toStrictEqual(["fulfilled", winners[0]]);
  });

  it("take a session from one generation to the next once", async () => {
    const directory = await harness.directory();
    const storage = await harness.openAt(directory);
    const call = callIn(other, directory);
    await storage.sessions.add(aSession({ id: "s", generation: 0 }));
    for (let generation = 0; generation < 20; generation++) {
      const at = new Date(generation);
      const ends = await Promise.all([
        call("sessions", "advance", "s", generation, at),
        endOf(storage.sessions.advance("s", generation, at)),
      ]);
      expect(ends).toContainEqual(["fulfilled", undefined]);
      expect(ends).toContainEqual(["fulfilled", expect.objectContaining({ generation: generation + 1 })]);
    }
  });

  it("append to one audit trail", async () => {
    const directory = await harness.directory();
    const storage = await harness.openAt(directory);
    const call = callIn(other, directory);
    const entries = Array.from({ length: 200 }, (_, ms) => anAuditEntry({ at: new Date(ms), userId: "ada" }));
    await Promise.all(
      Array.from({ length: 20 }, (_, batch) => {
        // batches overlap by one entry; the other process appends the next batch
        const part = entries.slice(batch * 10, batch * 10 + 11);
        return batch % 2 ? storage.auditTrail.append(part) : call("auditTrail", "append", part);
      }),
    );
    for (const query of [{}, { userId: "ada" }, { kinds: ["login_failed" as const] }])
      expect(await storage.auditTrail.find(query, undefined, 1_000)).toStrictEqual(entries.toReversed());
  });

  it("see at once what the other acknowledged, with any snapshot held", async () => {
    const directory = await harness.directory();
    const storage = await harness.openAt(directory);
    const hasIt = async () => (await storage.revocations.find(["sid:1"], new Date(0))).has("sid:1");
    expect(await hasIt()).toBe(false);
    // no timer fires from here on, so a snapshot of this read could still serve the next
    await hasIt();
    expect(runTask(directory, "revoke", { args: ["sid:1"] })).toBe("revoked");
    expect(await hasIt()).toBe(true);
  });

  it("each outgrow what the other knows of the size of the files", async () => {
    const directory = await harness.directory();
    const storage = await harness.openAt(directory);
    const call = callIn(other, directory);
    const text = "x".repeat(200_000);
    for (let i = 0; i < 10; i++) {
      expect(await call("storedValues", "claim", `theirs ${i}`, `${i} ${text}`)).toEqual([
        "fulfilled",
        `${i} ${text}`,
      ]);
      expect(await storage.storedValues.claim(`theirs ${i}`, "")).toBe(`${i} ${text}`);
      await storage.storedValues.claim(`ours ${i}`, `${i} ${text}`);
      expect(await call("storedValues", "claim", `ours ${i}`, "")).toEqual(["fulfilled", `${i} ${text}`]);
    }
  });
});

describe("lmdb: a process that writes all the time", () => {
  it("keeps no other from opening the store", async () => {
    const directory = await harness.directory();
    const writer = await startTask(directory, "flood");
    for (let i = 0; i < 100; i++) {
      const storage = await harness.openAt(directory);
      await storage.ping();
      await storage.close();
    }
    writer.kill("SIGKILL");
    await once(writer, "close");
  });
});

describe("lmdb: a process killed while it writes", () => {
  it("loses nothing it acknowledged and holds up nobody", async () => {
    const directory = await harness.directory();
    const storage = await harness.openAt(directory);
    for (let round = 0; round < 3; round++) {
      const acknowledged: User[] = [];
      const writer = await startTask(directory, "flood");
      writer.on("message", (user: User) => acknowledged.push(user));
      while (acknowledged.length < 50) await once(writer, "message");
      writer.kill("SIGKILL");
      await once(writer, "close");

      const ours = aUser();
      await storage.users.add(ours);
      expect(await storage.users.findById(ours.id)).toStrictEqual(ours);
      const reopened = round === 2 ? await harness.reopen(storage) : storage;
      for (const user of acknowledged) {
        expect(await reopened.users.findById(user.id)).toStrictEqual(user);
        expect(await reopened.users.findByUsername(user.username.canonical)).toStrictEqual(user);
        expect(await reopened.users.findByEmail(user.email.canonical)).toStrictEqual(user);
      }
    }
  });
});

describe("lmdb: a disk that is full", () => {
  it("fails the write with its cause, keeps what was acknowledged and still reads", async () => {
    const directory = await harness.directory();
    const { acknowledged, failures, readable } = runTask(directory, "fill", { maxFileKib: 300 });
    expect(acknowledged.length).toBeGreaterThan(50);
    for (const failure of failures) {
      expect(failure).toEqual({
        message: `The store in ${directory} could not be written`,
        causeCode: expect.any(Number),
      });
    }
    expect(readable).toBe(true);
    const storage = await harness.openAt(directory);
    expect(await storage.revocations.find(acknowledged, new Date(0))).toEqual(new Set(acknowledged));
    await storage.revocations.add("jti:1", UNTIL);
  });

  it("has no room for a new store", async () => {
    const outcome = runTask(await harness.directory(), "open", { maxFileKib: 4 });
    expect(outcome.message).toMatch(/cannot be opened/);
    expect(outcome.cause).toMatch(/EFBIG/);
  });
});

function endOf(work: Promise<unknown>): Promise<Ending> {
  return work.then(
    (value) => ["fulfilled", value],
    (error) => ["rejected", error.code],
  );
}
