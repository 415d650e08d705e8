import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditEntry, AuditPlace, AuditQuery } from "../../src/application/ports/storage/audit-trail.ts";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import { ODD_KEYS, outcomes, RACERS, type StorageHarness, spoil } from "../support/storage-harness.ts";
import { anAuditEntry } from "../support/storage-samples.ts";

const NOW = Date.parse("2024-03-05T06:07:08.009Z");
const at = (ms: number) => new Date(NOW + ms);

/** The contract of AuditTrail. */
export function auditTrailContract(name: string, harness: StorageHarness): void {
  describe(`${name}: the audit trail`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await harness.open();
    });
    afterEach(() => harness.cleanup());

    const append = (...entries: AuditEntry[]) => storage.auditTrail.append(entries);
    const find = (query: AuditQuery = {}, limit = 1_000, before?: AuditPlace) =>
      storage.auditTrail.find(query, before, limit);

    /** Entries a millisecond apart, the latest first. */
    async function stored(count: number, fields: (index: number) => Partial<AuditEntry> = () => ({})) {
      const entries = Array.from({ length: count }, (_, index) =>
        anAuditEntry({ at: at(index), ...fields(index) }),
      );
      await append(...entries);
      return entries.reverse();
    }

    it.each([
      ["an entry", anAuditEntry()],
      ["one of a user", anAuditEntry({ userId: "ada", kind: "login_succeeded", facts: { sessionId: "s" } })],
      ["one without facts", anAuditEntry({ facts: {} })],
      [
        "one with facts of all kinds",
        anAuditEntry({
          facts: {
            text: 'ü "\u{1f600}',
            none: "",
            count: 0,
            big: 2 ** 52,
            is: false,
            list: ["b", "a"],
            no: [],
          },
        }),
      ],
      ["one of before 1970", anAuditEntry({ at: new Date(-1) })],
    ])("gives out %s with every field as it went in", async (_, entry) => {
      await append(entry);
      expect(await find()).toStrictEqual([entry]);
    });

    it("accepts an empty batch", async () => {
      await append();
      expect(await find()).toEqual([]);
    });

    it("lists the latest first, entries of the same time by id, and at most `limit`", async () => {
      const ids = ["b", "d", "a", "c"].map((first) => `${first}${anAuditEntry().id.slice(1)}`);
      const together = ids.map((id) => anAuditEntry({ id, at: at(0) }));
      const others = [-1, 1, -NOW - 1, 2].map((ms) => anAuditEntry({ at: at(ms) }));
      await append(...others, ...together);
      const inOrder = [others[3], others[1], ...[1, 3, 0, 2].map((i) => together[i]), others[0], others[2]];
      expect(await find()).toStrictEqual(inOrder);
      for (const limit of [0, 1, 3, 7]) expect(await find({}, limit)).toStrictEqual(inOrder.slice(0, limit));
    });

    it("lists every entry exactly once over pages of any size", async () => {
      // three at each time; kinds and users take turns, two entries each
      const all = await stored(30, (index) => ({
        at: at(Math.floor(index / 3)),
        userId: `user ${index % 2}`,
        kind: index % 4 < 2 ? "login_failed" : "login_succeeded",
      }));
      const ofOne = { userId: "user 1" };
      const kinds = ["login_failed", "login_succeeded"] as const;
      const queries = [
        {},
        ofOne,
        { kinds: [kinds[0]] },
        { kinds },
        { ...ofOne, kinds: [kinds[1]] },
        { since: at(2), until: at(8) },
      ];
      for (const query of queries) {
        const whole = await find(query);
        for (const size of [1, 2, 7]) {
          const found: AuditEntry[] = [];
          for (;;) {
            const page = await find(query, size, found.at(-1));
            found.push(...page);
            if (page.length < size) break;
          }
          expect(found).toStrictEqual(whole);
        }
      }
      expect((await find()).map(({ at }) => at)).toEqual(all.map(({ at }) => at));
      expect(await find(ofOne)).toHaveLength(15);
    });

    it("finds by user, by kinds and by both", async () => {
      const kinds = ["login_failed", "login_succeeded", "token_refreshed"] as const;
      const users = ["ada", "bob", undefined, "ad"] as const;
      const all = await stored(
        60,
        (index) => ({ kind: kinds[index % 3], userId: users[index % 4] }) as object,
      );
      const some = (which: (entry: AuditEntry) => boolean) => all.filter(which);
      expect(await find({ userId: "ada" })).toStrictEqual(some(({ userId }) => userId === "ada"));
      for (const asked of [[kinds[0]], [kinds[2], kinds[0]], [kinds[1], kinds[1]], []]) {
        const fits = ({ kind }: AuditEntry) => asked.some((each) => each === kind);
        expect(await find({ kinds: asked })).toStrictEqual(some(fits));
        const ofBob = some((entry) => fits(entry) && entry.userId === "bob");
        expect(await find({ kinds: asked, userId: "bob" })).toStrictEqual(ofBob);
        expect(await find({ kinds: asked, userId: "bob" }, 3)).toStrictEqual(ofBob.slice(0, 3));
        expect(await find({ kinds: asked }, 3)).toStrictEqual(some(fits).slice(0, 3));
      }
      expect(await find({ kinds: ["user_created"] })).toEqual([]);
      expect(await find({ userId: "eve" })).toEqual([]);
    });

    it.each([
      ["all", {}],
      ["one user's", { userId: "ada" }],
      ["one kind", { kinds: ["login_failed"] }],
    ] as [string, AuditQuery][])("finds from a moment on and before another, of %s", async (_, query) => {
      const all = await stored(10, () => ({ userId: "ada" }));
      const between = async (since?: number, until?: number) =>
        (
          await find({
            ...query,
            since: since === undefined ? undefined : at(since),
            until: until === undefined ? undefined : at(until),
          })
        ).map((entry) => entry.at.getTime() - NOW);
      expect(await between()).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
      expect(await between(7)).toEqual([9, 8, 7]);
      expect(await between(undefined, 2)).toEqual([1, 0]);
      expect(await between(3, 5)).toEqual([4, 3]);
      expect(await between(5, 5)).toEqual([]);
      expect(await between(10)).toEqual([]);
      expect(await find({ ...query, since: at(2), until: at(6) }, 2, all[5])).toStrictEqual(all.slice(6, 8));
    });

    it("keeps one entry of several with the same id", async () => {
      const [first, second] = [anAuditEntry({ userId: "ada" }), anAuditEntry({ userId: "ada" })];
      await append(first);
      await append(first, second);
      await append(second, second);
      await outcomes(() => append(first, second));
      expect((await find()).map(({ id }) => id).sort()).toEqual([first.id, second.id].sort());
      expect(await find({ userId: "ada" })).toHaveLength(2);
      expect(await storage.auditTrail.sweep(at(0), 10)).toBe(2);
    });

    it("loses none of many batches that come at once", async () => {
      const batches = Array.from({ length: RACERS }, (_, racer) =>
        Array.from({ length: 30 }, (_, index) => anAuditEntry({ at: at(racer * 30 + index) })),
      );
      await outcomes((racer) => append(...(batches[racer] as AuditEntry[])));
      expect(await find()).toStrictEqual(batches.flat().reverse());
    });

    it("removes entries up to a time from every query, at most `limit` at once", async () => {
      const all = await stored(10, () => ({ userId: "ada" }));
      expect(await storage.auditTrail.sweep(at(-1), 100)).toBe(0);
      expect(await storage.auditTrail.sweep(at(4), 0)).toBe(0);
      expect(await storage.auditTrail.sweep(at(4), 3)).toBe(3);
      expect(await find()).toHaveLength(7);
      expect(await storage.auditTrail.sweep(at(4), 3)).toBe(2);
      expect(await storage.auditTrail.sweep(at(4), 3)).toBe(0);
      for (const query of [{}, { userId: "ada" }, { kinds: ["login_failed"] }] as AuditQuery[])
        expect(await find(query)).toStrictEqual(all.slice(0, 5));
    });

    it("keeps copies and gives out copies", async () => {
      const entry = anAuditEntry({ facts: { list: ["a"], text: "b" } });
      const before = structuredClone(entry);
      const appended = append(entry);
      spoil(entry);
      await appended;
      spoil(await find());
      expect(await find()).toStrictEqual([before]);
    });

    it.each(ODD_KEYS.map((key) => [JSON.stringify(key).slice(0, 20), key]))(
      "finds nothing of the user %s",
      async (_, userId) => {
        // BSON turns a lone surrogate into U+FFFD
        await append(anAuditEntry({ userId: "\ufffd" }), anAuditEntry());
        expect(await find({ userId })).toEqual([]);
      },
    );

    it("shares nothing with another storage", async () => {
      await append(anAuditEntry());
      expect(await (await harness.open()).auditTrail.find({}, undefined, 10)).toEqual([]);
    });

    if (harness.reopen)
      it("keeps entries", async () => {
        const all = await stored(5, () => ({ userId: "ada" }));
        await storage.auditTrail.sweep(at(0), 10);
        storage = (await harness.reopen?.(storage)) as Storage;
        expect(await find()).toStrictEqual(all.slice(0, 4));
        expect(await find({ userId: "ada" })).toStrictEqual(all.slice(0, 4));
      });

    it("rejects everything once closed", async () => {
      await storage.close();
      await expect(append(anAuditEntry())).rejects.toThrow();
      await expect(find()).rejects.toThrow();
      await expect(storage.auditTrail.sweep(at(0), 1)).rejects.toThrow();
    });
  });
}
