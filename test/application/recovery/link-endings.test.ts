import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { ada, makeCore, refusal } from "../../support/core.ts";
import { ENDINGS, ends, LINKS, mailedLink, PURPOSES } from "../../support/mailed-links.ts";
import { stepped } from "../../support/stepped.ts";

/** Lookups of an operator's account: by id, then by address. */
const LOOKUPS = 1;

async function withAda() {
  const core = await makeCore();
  return { core, own: await core.register(ada) };
}

describe.each(PURPOSES)("a link to %s", (purpose) => {
  const { follow, refusal: refused, lifeMs } = LINKS[purpose];
  const endings = Object.keys(ENDINGS).filter((ending) => ends(ending, purpose));
  const others = Object.keys(ENDINGS).filter((ending) => !ends(ending, purpose));

  it("serves once", async () => {
    const { core, own } = await withAda();
    const token = await mailedLink(core, purpose, own);
    expect(await refusal(follow(core, token))).toBe("none");
    expect(await refusal(follow(core, token))).toBe(refused);
  });

  it("is valid until it expires", async () => {
    for (const [early, expected] of [
      [1, "none"],
      [0, refused],
    ] as const) {
      const { core, own } = await withAda();
      const token = await mailedLink(core, purpose, own);
      core.clock.advance(lifeMs - early);
      expect(await refusal(follow(core, token))).toBe(expected);
    }
  });

  it("is valid beside a newer one", async () => {
    const { core, own } = await withAda();
    const older = await mailedLink(core, purpose, own);
    const newer = await mailedLink(core, purpose, own);
    expect(newer).not.toBe(older);
    expect(await refusal(follow(core, older))).toBe("none");
  });

  it.each(endings)("is invalid after %s", async (ending) => {
    const { core, own } = await withAda();
    const token = await mailedLink(core, purpose, own);
    await ENDINGS[ending]?.(core, own);
    expect(await refusal(follow(core, token))).toBe(refused);
  });

  it.each(others)("is still valid after %s", async (ending) => {
    const { core, own } = await withAda();
    const token = await mailedLink(core, purpose, own);
    await ENDINGS[ending]?.(core, own);
    expect(await refusal(follow(core, token))).toBe("none");
    expect(await refusal(follow(core, token))).toBe(refused);
  });

  it.each(endings)("has no effect after %s, wherever that comes between its steps", async (ending) => {
    let stop = 0;
    let came = 0;
    for (; ; stop += 1) {
      const { core: fast, own } = await withAda();
      const { id } = await fast.me(own.accessToken);
      const before = await fast.storage.users.findById(id);
      const token = await mailedLink(fast, purpose, own);
      const steps = stepped(fast.storage, stop);
      const slow = await makeCore(() => steps.ports, {}, fast);
      const late = refusal(follow(slow, token));
      const wasReached = await Promise.race([steps.reached.then(() => true), late.then(() => false)]);
      if (!wasReached) break;
      // a link that took effect before the ending is not affected
      const isDone = !isDeepStrictEqual(await fast.storage.users.findById(id), before);
      if (!isDone) {
        await ENDINGS[ending]?.(fast, own);
        const after = await fast.storage.users.findById(id);
        steps.goOn();
        expect([stop, await late]).toEqual([stop, refused]);
        expect([stop, await fast.storage.users.findById(id)]).toEqual([stop, after]);
        came += 1;
      }
      steps.goOn();
      await late;
    }
    expect(came).toBeGreaterThan(2);
    expect(stop).toBeGreaterThan(came);
  });

  it("has one effect if followed twice at once, wherever the two meet", async () => {
    for (let stop = 0; ; stop += 1) {
      const { core: fast, own } = await withAda();
      const token = await mailedLink(fast, purpose, own);
      const steps = stepped(fast.storage, stop);
      const slow = await makeCore(() => steps.ports, {}, fast);
      const late = refusal(follow(slow, token));
      const wasReached = await Promise.race([steps.reached.then(() => true), late.then(() => false)]);
      const early = await refusal(follow(fast, token));
      steps.goOn();
      const codes = [await late, early].sort();
      expect([stop, codes]).toEqual([stop, [refused, "none"].sort()]);
      if (!wasReached) return expect(stop).toBeGreaterThan(3);
    }
  });

  it("that a process leaves half used, wherever it dies, has its whole effect or is still valid", async () => {
    for (let stop = 0; ; stop += 1) {
      const { core: alive, own } = await withAda();
      const { id } = await alive.me(own.accessToken);
      const token = await mailedLink(alive, purpose, own);
      const before = await alive.storage.users.findById(id);
      const steps = stepped(alive.storage, stop);
      const killed = await makeCore(() => steps.ports, {}, alive);
      const ran = follow(killed, token);
      const wasReached = await Promise.race([steps.reached.then(() => true), ran.then(() => false)]);
      const isDone = !isDeepStrictEqual(await alive.storage.users.findById(id), before);
      const again = await refusal(follow(alive, token));
      if (!isDone) expect([stop, again]).toEqual([stop, "none"]);
      expect(await alive.storage.users.findById(id)).not.toEqual(before);
      if (!wasReached) return expect(stop).toBeGreaterThan(3);
    }
  });
});

it("an operator gets no link for a disabled account, and none that serves where it is disabled meanwhile", async () => {
  const { core, own } = await withAda();
  await core.disableUser(own.email);
  await expect(core.makeResetLink(own.email)).rejects.toMatchObject({
    code: "validation_failed",
    fields: [{ code: "account_disabled" }],
  });
  for (let stop = 0; ; stop += 1) {
    const { core: fast } = await withAda();
    const steps = stepped(fast.storage, stop);
    const slow = await makeCore(() => steps.ports, {}, fast);
    const made = slow.makeResetLink(ada.email);
    const wasReached = await Promise.race([steps.reached.then(() => true), made.then(() => false)]);
    if (!wasReached) return expect(stop).toBeGreaterThan(1);
    await fast.disableUser(ada.email);
    await fast.enableUser(ada.email);
    steps.goOn();
    const token = new URL((await made).link).searchParams.get("token") ?? "";
    const isRead = stop > LOOKUPS;
    const code = await refusal(LINKS.reset_password.follow(fast, token));
    expect([stop, code]).toEqual([stop, isRead ? "invalid_reset_token" : "none"]);
  }
});
