import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BSON, type Document } from "mongodb";
import { describe, expect, it } from "vitest";
import { attemptIndexes, mongoAttempts } from "../../../src/adapters/mongodb/attempts.ts";
import { auditTrailIndexes, mongoAuditTrail } from "../../../src/adapters/mongodb/audit-trail.ts";
import type { Index } from "../../../src/adapters/mongodb/indexes.ts";
import { mongoRevocations, revocationIndexes } from "../../../src/adapters/mongodb/revocations.ts";
import { mongoSessions, sessionIndexes } from "../../../src/adapters/mongodb/sessions.ts";
import { userIndexes } from "../../../src/adapters/mongodb/user-indexes.ts";
import { mongoUsers } from "../../../src/adapters/mongodb/users.ts";
import { makeEventRecorder } from "../../../src/application/audit/record-events.ts";
import { newUser } from "../../../src/application/users/new-account.ts";
import { revocationKey } from "../../../src/domain/revocation.ts";
import { beginSession } from "../../../src/domain/session.ts";
import { keepingConnection } from "../../support/mongo-documents.ts";
import { ROOT } from "../../support/project.ts";

/** The sizes in docs/guides/capacity.md equal those of the stored documents. */

const NOW = new Date("2026-01-02T03:04:05.678Z");
const ID = "0b5e4a52-7f0c-4d0b-9c1e-3f6a8b7d2c10";
const client = {
  userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  ip: "203.0.113.17",
};
const session = beginSession(ID, { id: ID, epoch: 0 }, client, NOW, 30 * 86_400_000);

const { connection, documents } = keepingConnection();
const auditTrail = mongoAuditTrail(connection);

async function record(event: Parameters<ReturnType<typeof makeEventRecorder>["report"]>[0]) {
  const ids = { next: () => ID };
  const context = () => ({ requestId: ID, ip: client.ip });
  const recorder = makeEventRecorder({ auditTrail, clock: { now: () => NOW }, ids, context, capacity: 10 });
  recorder.report(event);
  await recorder.write();
}

/** For each row of the table, a function that stores one, and its indexes besides `_id`. */
const STORED: Record<string, { store: () => Promise<unknown>; indexes: readonly Index[] }> = {
  account: {
    store() {
      const [name, address] = ["maria.schneider", "maria.schneider@example.com"];
      const account = {
        username: { shown: name, canonical: name },
        email: { shown: address, canonical: address },
      };
      const hash = `$argon2id$v=19$m=19456,t=2,p=1$${"s".repeat(22)}$${"h".repeat(43)}`;
      return mongoUsers(connection).add(newUser(ID, account, hash, NOW));
    },
    indexes: userIndexes,
  },
  session: { store: () => mongoSessions(connection).add(session), indexes: sessionIndexes },
  revocation: {
    store: () => mongoRevocations(connection).add(revocationKey.session(ID), NOW),
    indexes: revocationIndexes,
  },
  "count of attempts": {
    store: () =>
      mongoAttempts(connection).charge([{ key: "k".repeat(43), limit: { attempts: 5, windowMs: 1 } }], NOW),
    indexes: attemptIndexes,
  },
  "event of a login or refresh": {
    store: () => record({ type: "token_refreshed", userId: ID, sessionId: ID }),
    indexes: auditTrailIndexes,
  },
};

/** The size of an index entry: its values, and the overhead of record number, types, terminators and cell. */
const AROUND_AN_ENTRY = 16;
function entrySize(document: Document, { key }: Pick<Index, "key">): number {
  const values = Object.keys(key).map((path) => path.split(".").reduce((at, name) => at?.[name], document));
  return values.reduce((sum, value) => sum + sizeOf(value), AROUND_AN_ENTRY);
}

const sizeOf = (value: unknown) => (value instanceof Date ? 8 : Buffer.byteLength(String(value)));

const page = readFileSync(join(ROOT, "docs/guides/capacity.md"), "utf8");

/** A number on the page: the first group of the pattern. */
function given(pattern: RegExp): number {
  const [, text] = pattern.exec(page) ?? [];
  if (text === undefined) throw new Error(`docs/guides/capacity.md has nothing like ${pattern}`);
  return Number(text.replaceAll(",", ""));
}

describe("mongodb: sizes", () => {
  it.each(Object.keys(STORED))("docs/guides/capacity.md has those of one %s", async (name) => {
    const { store, indexes } = STORED[name] as (typeof STORED)[string];
    documents.length = 0;
    await store();
    expect(documents).toHaveLength(1);
    const document = documents[0] as Document;
    const size = BSON.calculateObjectSize(document, { ignoreUndefined: true });
    const entries = [{ key: { _id: 1 } } as const, ...indexes].map((index) => entrySize(document, index));
    const all = entries.reduce((sum, entry) => sum + entry, 0);
    expect(page).toContain(`| ${name} | ${size} | ${entries.join(" + ")} | ${size + all} |`);
  });
});

describe("mongodb: the example of docs/guides/capacity.md", () => {
  const [logins, refreshes] = [1_000, 20_000];
  const events = logins + refreshes;
  const loginsForEach = given(/about (\d+) logins a second for each core/);
  const restMs = given(/one argon2 hash, and (\d+) ms for everything else/);
  const refreshesForEach = given(/^\| refreshes a second for each process \| ([\d,]+)/m);
  const commandsForEach = given(/^\| commands a second for each core of the primary \| ([\d,]+)/m);
  const sizeOfOne = (name: string) => given(new RegExp(`^\\| ${name} \\|.*\\| (\\d+) \\|$`, "m"));
  const busy = (hashes: number) => logins / hashes + (logins * restMs) / 1_000 + refreshes / refreshesForEach;
  const nodes = (hashes: number) => Math.ceil((2 * busy(hashes)) / 8);
  const commands = logins * 9 + refreshes * 4 + events / 100;
  const gigabytes = (count: number, name: string) => (count * sizeOfOne(name)) / 1e9;
  const parts = [gigabytes(1e7, "account"), gigabytes(3e7, "session"), gigabytes(1e7, "revocation")] as const;
  const eventsOfDay = gigabytes(86_400 * events, "event of a login or refresh");

  const tenths = (value: number) => value.toFixed(1);
  const whole = (value: number) => Math.ceil(value).toLocaleString("en");

  it.each([
    ["cores that hash", tenths(logins / loginsForEach)],
    ["cores for the rest of the logins", tenths((logins * restMs) / 1_000)],
    ["cores for refreshes", tenths(refreshes / refreshesForEach)],
    ["cores, busy", tenths(busy(loginsForEach))],
    ["cores, so that the busiest minute takes half of them", whole(2 * busy(loginsForEach))],
    ["nodes of 8 cores with `WORKERS=4`", whole(nodes(loginsForEach))],
    ["cores of the primary, busy", tenths(commands / commandsForEach)],
    ["accounts", `${tenths(parts[0])} GB`],
    ["sessions", `${tenths(parts[1])} GB`],
    ["revocations", `${tenths(parts[2])} GB`],
    ["cache of each member", `${tenths((parts[0] + parts[1] + parts[2]) * (4 / 3))} GB`],
    ["events in a day at this load", `${Math.round(eventsOfDay).toLocaleString("en")} GB`],
  ])("%s are %s", (name, result) => {
    const row = page.split("\n").find((line) => line.startsWith(`| ${name} |`));
    expect(row?.split("|").at(-2)?.trim()).toBe(result);
  });

  it("says what faster hashing and a shorter retention would save", () => {
    const prose = page.replace(/\s+/g, " ");
    const faster = `${tenths(busy(2 * loginsForEach))} cores busy, and ${nodes(2 * loginsForEach)} nodes of 8`;
    expect(prose).toContain(`Twice as many hashes for each core would leave ${faster}`);
    const stored = (days: number) => `${days} days are ${tenths((eventsOfDay * days) / 10 / 1_000)} TB`;
    expect(prose).toContain(stored(7));
    expect(prose).toContain(
      stored(90).replace("days are", "days (`AUDIT_RETENTION`) at a tenth of this load are"),
    );
  });
});
