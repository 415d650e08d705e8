import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HashRequest } from "../../../src/application/limits/hash-request.ts";
import { gateHasher } from "../../../src/application/limits/hashing-gate.ts";
import { refusal } from "../../support/core.ts";
import { pacedHasher } from "../../support/paced-hasher.ts";

const LIMITS = { concurrency: 1, queue: 64, deadlineMs: 5_000 };
const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/** A gate, and the result of each check by its name. */
function gate(limits = LIMITS) {
  const paced = pacedHasher();
  const gated = gateHasher(paced.hasher, limits, () => 0);
  const outcomes: string[] = [];
  const ask = async (name: string, turn: HashRequest) => {
    const refused = await refusal(gated.verify(undefined, name, turn));
    outcomes.push(`${name} ${refused === "none" ? "served" : refused}`);
  };
  const count = (start: string, end: string) =>
    outcomes.filter((outcome) => outcome.startsWith(start) && outcome.endsWith(end)).length;
  return { ...paced, gated, ask, count };
}

const networks: Record<string, (index: number) => string> = {
  "one network": () => "203.0.113.1",
  "networks of their own": (index) => `2001:db8:0:${index.toString(16)}::1`,
};

describe.each(Object.entries(networks))("48 other users from %s", (_, networkOfOther) => {
  const flood = async (ipOfFlood: (index: number) => string) => {
    const { ask, work, count, checked, settled } = gate();
    for (const index of range(150)) void ask("flood", { ip: ipOfFlood(index), account: "eve" });
    await settled();
    for (const index of range(48))
      void ask("other", { ip: networkOfOther(index), account: `other ${index}` });
    await work();
    expect([count("other", "served"), count("other", "overloaded")]).toEqual([48, 0]);
    // a quarter of the queue, and the one being checked
    expect(count("flood", "served")).toBe(17);
    return checked;
  };

  it("are all served beside 150 checks for one account from one network, taking turns with them", async () => {
    const checked = await flood(() => "203.0.113.1");
    expect(checked.slice(0, 30).filter((name) => name === "flood").length).toBeLessThanOrEqual(16);
  });

  it("are all served beside 150 checks for one account from fifteen networks", async () => {
    await flood((index) => `2001:db8:1:${(index % 15).toString(16)}::1`);
  });
});

describe("one network with 500 names", () => {
  it("leaves ten others their share each time, from any part of its /64", async () => {
    const { ask, work, step, count, settled } = gate();
    const floodOnce = (index: number) =>
      ask("flood", { ip: `2001:db8:1:2::${index.toString(16)}`, account: `name ${index}` });
    const others = async (index: number) => {
      for (const time of range(6)) {
        await ask("other", { ip: `198.51.100.${index}`, account: `other ${index} ${time}` });
      }
    };
    for (const index of range(500)) void floodOnce(index);
    await settled();
    const all = Promise.all(range(10).map(others));
    for (let index = 500; count("other", "") < 60; index += 1) {
      void floodOnce(index);
      await step();
    }
    await Promise.all([all, work()]);
    expect([count("other", "served"), count("other", "overloaded")]).toEqual([60, 0]);
  });

  it("gets the whole queue while there are no other requests", async () => {
    const { ask, work, count } = gate();
    for (const index of range(500)) void ask("flood", { ip: "203.0.113.1", account: `name ${index}` });
    await work();
    expect(count("flood", "served")).toBe(65);
  });
});

it("strangers who present passwords for an account do not take its owner's places", async () => {
  const { ask, work, count, settled } = gate();
  for (const index of range(150)) void ask("stranger", { ip: `198.51.100.${index % 3}`, account: "ada" });
  await settled();
  for (const _ of range(2)) void ask("owner", { ip: "203.0.113.1", account: "ada" });
  await work();
  expect(count("owner", "served")).toBe(2);
});

it("registrations from one network leave places for those from others, also while logins fill the queue", async () => {
  const { ask, work, count, settled } = gate();
  const register = (name: string, ip: string) => ask(name, { ip, isNewcomer: true });
  for (const _ of range(30)) void register("flood", "203.0.113.1");
  await settled();
  for (const index of range(8)) void register("other", `198.51.100.${index}`);
  for (const index of range(200)) void ask("login", { ip: "203.0.113.2", account: `name ${index}` });
  await settled();
  for (const index of range(4)) void register("late", `198.51.101.${index}`);
  await work();
  expect([count("other", "served"), count("late", "served")]).toEqual([8, 4]);
});

it("is refused early just where it would be refused, and without an account, where a new one would be", async () => {
  const asked = fc.record({ network: fc.nat(3), account: fc.nat(7), isNewcomer: fc.boolean() });
  type Asked = { network: number; account: number; isNewcomer: boolean };
  const turnOf = ({ network, account, isNewcomer }: Asked): HashRequest => {
    const ip = `203.0.113.${network}`;
    return isNewcomer ? { ip, isNewcomer } : { ip, account: `account ${account}` };
  };
  const before = fc.array(asked, { minLength: 9, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(before, asked, fc.boolean(), async (before, last, isAccountKnown) => {
      const { gated, ask, work, settled } = gate({ ...LIMITS, queue: 8 });
      for (const each of before) void ask("before", turnOf(each));
      await settled();
      const { account, ...rest } = turnOf(last);
      const early = await refusal((async () => gated.refuseIfFull(isAccountKnown ? turnOf(last) : rest))());
      const late = last.isNewcomer || isAccountKnown ? turnOf(last) : { ...rest, account: "a new one" };
      let code = "none";
      gated.verify(undefined, "last", late).catch((error) => {
        code = error.code;
      });
      await settled();
      expect(early).toBe(code);
      await work();
    }),
    { numRuns: 200 },
  );
});
