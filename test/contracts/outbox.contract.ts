import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { OutboxMail } from "../../src/application/ports/storage/outbox.ts";
import type { Storage } from "../../src/application/ports/storage/storage.ts";
import { ODD_KEYS, outcomes, RACERS, type StorageHarness, spoil } from "../support/storage-harness.ts";
import { aMail } from "../support/storage-samples.ts";

const NOW = Date.parse("2024-03-05T06:07:08.009Z");
const at = (ms: number) => new Date(NOW + ms);

/** The contract of Outbox. */
export function outboxContract(name: string, harness: StorageHarness): void {
  describe(`${name}: the outbox`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await harness.open();
    });
    afterEach(() => harness.cleanup());

    async function stored(fields: Partial<OutboxMail> = {}): Promise<OutboxMail> {
      const mail = aMail({ dueAt: at(0), ...fields });
      await storage.outbox.add(mail);
      return mail;
    }

    const due = (ms: number, limit = 100) => storage.outbox.due(at(ms), limit);
    const idsOf = (mails: OutboxMail[]) => mails.map(({ id }) => id);

    it.each([
      ["a mail", aMail()],
      [
        "a mail with everything set",
        aMail({
          userId: "ada",
          username: "Ada",
          attempts: 3,
          tokenId: "token",
          isNotice: true,
          sealed: "ey…",
        }),
      ],
      ["a mail of before 1970", aMail({ createdAt: new Date(-2), dueAt: new Date(-1) })],
    ])("gives out %s with every field as it went in", async (_, mail) => {
      await storage.outbox.add(mail);
      expect(await due(0)).toStrictEqual([mail]);
    });

    it("lists due mails, the longest due first, and at most `limit`", async () => {
      const mails: OutboxMail[] = [];
      const order = [0, -3, 1, -1, -NOW - 1, -2];
      for (const ms of order) mails.push(await stored({ dueAt: at(ms) }));
      const longestFirst = [-NOW - 1, -3, -2, -1, 0].map((ms) => mails[order.indexOf(ms)]);
      expect(await due(0)).toStrictEqual(longestFirst);
      for (const limit of [0, 1, 4, 5])
        expect(await due(0, limit)).toStrictEqual(longestFirst.slice(0, limit));
      expect(await due(-1)).toStrictEqual(longestFirst.slice(0, 4));
      expect(await due(1)).toHaveLength(6);
    });

    it("lists all of many mails that are due at once", async () => {
      const mails = await Promise.all(Array.from({ length: 250 }, () => stored()));
      expect(idsOf(await due(0, 1000)).sort()).toEqual(idsOf(mails).sort());
      expect(await due(0, 249)).toHaveLength(249);
    });

    it("does not overwrite a mail of the same id", async () => {
      const mail = await stored();
      for (const isNotice of [false, true]) {
        const other = aMail({ id: mail.id, dueAt: at(-1), userId: "another", isNotice });
        expect(await storage.outbox.add(other)).toBe(false);
      }
      expect(await due(0)).toStrictEqual([mail]);
      const contested = (racer: number) =>
        aMail({ id: "contested", attempts: racer, dueAt: at(racer + 1), isNotice: racer % 2 === 0 });
      const did = await outcomes((racer) => storage.outbox.add(contested(racer)));
      expect(did.filter(Boolean)).toHaveLength(1);
      expect(await due(RACERS)).toStrictEqual([mail, contested(did.indexOf(true))]);
      await storage.outbox.remove("contested");
      expect(await due(RACERS)).toStrictEqual([mail]);
    });

    it("lists notices after all other mails, however long they are due, also after an attempt", async () => {
      const notices: OutboxMail[] = [];
      for (const ms of [-9, -8, -7]) notices.push(await stored({ dueAt: at(ms), isNotice: true }));
      const links = [await stored({ dueAt: at(-1) }), await stored({ dueAt: at(0) })];
      expect(await due(0)).toStrictEqual([...links, ...notices]);
      for (const limit of [1, 2, 3])
        expect(await due(0, limit)).toStrictEqual([...links, ...notices].slice(0, limit));
      expect(await due(-1)).toStrictEqual([links[0], ...notices]);
      const [first, ...others] = notices as [OutboxMail, ...OutboxMail[]];
      expect(await storage.outbox.begin(first.id, 0, at(-2))).toBe(true);
      await storage.outbox.tie(first.id, "token");
      const begun = { ...first, attempts: 1, dueAt: at(-2), tokenId: "token" };
      expect(await due(0)).toStrictEqual([...links, ...others, begun]);
      for (const { id } of [...links, ...others]) await storage.outbox.remove(id);
      expect(await due(0)).toStrictEqual([begun]);
      await storage.outbox.remove(first.id);
      expect(await due(0)).toEqual([]);
    });

    it("begins an attempt: counts it, postpones the next one, and changes nothing else", async () => {
      const mail = await stored({ userId: "ada", attempts: 2, tokenId: "token" });
      const bystander = await stored({ attempts: 2, dueAt: at(1) });
      expect(await storage.outbox.begin(mail.id, 2, at(5))).toBe(true);
      expect(await due(4)).toStrictEqual([bystander]);
      expect(await due(5)).toStrictEqual([bystander, { ...mail, attempts: 3, dueAt: at(5) }]);
      // an earlier time is allowed
      expect(await storage.outbox.begin(mail.id, 3, at(-1))).toBe(true);
      expect(await due(-1)).toStrictEqual([{ ...mail, attempts: 4, dueAt: at(-1) }]);
      expect(await due(9)).toHaveLength(2);
    });

    it.each([1, 3])("begins no attempt where %i are expected and there were 2", async (expected) => {
      const mail = await stored({ attempts: 2 });
      expect(await storage.outbox.begin(mail.id, expected, at(5))).toBe(false);
      expect(await due(0)).toStrictEqual([mail]);
    });

    it("lets one of many begin an attempt", async () => {
      const mail = await stored();
      const did = await outcomes((racer) => storage.outbox.begin(mail.id, 0, at(racer + 1)));
      expect(did.filter(Boolean)).toHaveLength(1);
      expect(await due(RACERS)).toStrictEqual([{ ...mail, attempts: 1, dueAt: at(did.indexOf(true) + 1) }]);
    });

    it("ties the first token to a mail, and returns it to later callers", async () => {
      const [mail, bystander] = [await stored(), await stored({ dueAt: at(1) })];
      expect(await storage.outbox.tie(mail.id, "first")).toBe("first");
      expect(await storage.outbox.tie(mail.id, "second")).toBe("first");
      expect(await due(1)).toStrictEqual([{ ...mail, tokenId: "first" }, bystander]);
      expect(await storage.outbox.tie("another", "first")).toBeUndefined();
    });

    it("ties one of many concurrent tokens, and returns it to all callers", async () => {
      const mail = await stored();
      const tied = await outcomes((racer) => storage.outbox.tie(mail.id, `token ${racer}`));
      const [found] = await due(0);
      expect(found?.tokenId).toMatch(/^token \d+$/);
      expect(new Set(tied)).toEqual(new Set([found?.tokenId]));
    });

    it("loses nothing if an attempt is begun and a token tied concurrently", async () => {
      const mail = await stored();
      await outcomes<unknown>((racer) =>
        racer % 2 === 0
          ? storage.outbox.begin(mail.id, 0, at(9))
          : storage.outbox.tie(mail.id, `token ${racer}`),
      );
      const tokenId = await storage.outbox.tie(mail.id, "too late");
      expect(tokenId).not.toBe("too late");
      expect(await due(9)).toStrictEqual([{ ...mail, attempts: 1, dueAt: at(9), tokenId }]);
    });

    it("removes a mail, which can be added again", async () => {
      const [mail, bystander] = [await stored(), await stored({ dueAt: at(1) })];
      await storage.outbox.remove(mail.id);
      await storage.outbox.remove(mail.id);
      expect(await storage.outbox.begin(mail.id, 0, at(5))).toBe(false);
      expect(await storage.outbox.tie(mail.id, "token")).toBeUndefined();
      expect(await due(9)).toStrictEqual([bystander]);
      // a removed mail does not count towards the limit
      expect(await due(9, 1)).toStrictEqual([bystander]);
      await storage.outbox.add(mail);
      expect(await due(9)).toStrictEqual([mail, bystander]);
    });

    it("does not restore a mail that is removed while it is begun and tied", async () => {
      const { id } = await stored();
      const { begin, tie, remove } = storage.outbox;
      const steps = [() => begin(id, 0, at(1)), () => tie(id, "token"), () => remove(id)];
      await outcomes<unknown>((racer) => (steps[racer % 3] as () => Promise<unknown>)());
      expect(await due(9)).toEqual([]);
      expect(await storage.outbox.waiting()).toStrictEqual({ count: 0, since: undefined });
    });

    it("counts waiting mails, due or not, and tells the oldest", async () => {
      expect(await storage.outbox.waiting()).toStrictEqual({ count: 0, since: undefined });
      const mails = [];
      for (const ms of [3, 1, 2]) mails.push(await stored({ createdAt: at(ms), dueAt: at(9 - ms) }));
      expect(await storage.outbox.waiting()).toStrictEqual({ count: 3, since: at(1) });
      await storage.outbox.begin(mails[0]?.id ?? "", 0, at(99));
      expect(await storage.outbox.waiting()).toStrictEqual({ count: 3, since: at(1) });
      await storage.outbox.remove(mails[1]?.id ?? "");
      expect(await storage.outbox.waiting()).toStrictEqual({ count: 2, since: at(2) });
    });

    it("keeps copies and gives out copies", async () => {
      const mail = await stored();
      const [before, next] = [structuredClone(mail), at(1)];
      spoil(mail);
      spoil(await due(0));
      expect(await due(0)).toStrictEqual([before]);
      await storage.outbox.begin(before.id, 0, next);
      spoil(next);
      expect(await due(1)).toStrictEqual([{ ...before, attempts: 1, dueAt: at(1) }]);
    });

    it.each(["another", ...ODD_KEYS].map((key) => [JSON.stringify(key).slice(0, 20), key]))(
      "changes nothing under %s",
      async (_, key) => {
        // BSON turns a lone surrogate into U+FFFD
        const mail = await stored({ id: "\ufffd" });
        expect(await storage.outbox.begin(key, 0, at(1))).toBe(false);
        expect(await storage.outbox.tie(key, "token")).toBeUndefined();
        await storage.outbox.remove(key);
        expect(await due(1)).toStrictEqual([mail]);
      },
    );

    if (harness.reopen)
      it("keeps mails as they are, and removed ones removed", async () => {
        const [mail, removed] = [await stored({ userId: "ada" }), await stored()];
        await storage.outbox.begin(mail.id, 0, at(5));
        await storage.outbox.tie(mail.id, "token");
        await storage.outbox.remove(removed.id);
        storage = (await harness.reopen?.(storage)) as Storage;
        expect(await due(4)).toEqual([]);
        expect(await due(5)).toStrictEqual([{ ...mail, attempts: 1, dueAt: at(5), tokenId: "token" }]);
        expect(await storage.outbox.waiting()).toStrictEqual({ count: 1, since: mail.createdAt });
      });

    it("rejects everything once closed", async () => {
      const { outbox, close } = storage;
      await close();
      await expect(outbox.add(aMail())).rejects.toThrow();
      await expect(outbox.due(at(0), 1)).rejects.toThrow();
      await expect(outbox.begin("any", 0, at(0))).rejects.toThrow();
      await expect(outbox.tie("any", "token")).rejects.toThrow();
      await expect(outbox.remove("any")).rejects.toThrow();
      await expect(outbox.waiting()).rejects.toThrow();
    });
  });
}
