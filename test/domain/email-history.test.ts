import { describe, expect, it } from "vitest";
import {
  afterChange,
  afterRestoring,
  canRestoreAddress,
  type EmailHistory,
  emailRevision,
} from "../../src/domain/email-history.ts";

const HOUR_MS = 3_600_000;
const START = new Date("2026-01-01T00:00:00.000Z");

/** A model of an account and of the links mailed to its addresses. */
function anAccount() {
  let user: { emailHistory: EmailHistory | undefined } = { emailHistory: undefined };
  let now = START;
  let address = "a";
  const links = new Map<string, { revision: number; to: string }>();
  const steps = {
    /** Mails a link that restores the present address. */
    ask(link: string) {
      links.set(link, { revision: emailRevision(user), to: address });
    },
    move(to: string) {
      const emailHistory = afterChange(user, now);
      if (emailHistory instanceof Date) throw new Error("too many");
      user = { emailHistory };
      address = to;
    },
    follow(link: string) {
      const { revision, to } = links.get(link) as { revision: number; to: string };
      if (!canRestoreAddress(user, revision)) return;
      user = { emailHistory: afterRestoring(user, revision) };
      address = to;
    },
    wait(hours: string) {
      now = new Date(now.getTime() + Number(hours) * HOUR_MS);
    },
  };
  return {
    do(step: string) {
      const [name, argument] = step.split(" ") as [keyof typeof steps, string];
      steps[name](argument);
    },
    serving: () =>
      [...links].filter(([, { revision }]) => canRestoreAddress(user, revision)).map(([link]) => link),
    address: () => address,
  };
}

describe("of the links that restore an address", () => {
  it.each<[what: string, steps: string[], address: string, serving: string[]]>([
    ["one serves before the change", ["ask 1"], "a", ["1"]],
    ["one serves after the change", ["ask 1", "move b"], "b", ["1"]],
    ["one serves once", ["ask 1", "move b", "follow 1", "move c", "follow 1"], "c", []],
    ["one that cancels what was not confirmed serves once", ["ask 1", "follow 1", "follow 1"], "a", []],
    ["the first leads back over two changes", ["ask 1", "move b", "ask 2", "move c", "follow 1"], "a", []],
    ["a thief's serves until the owner's does", ["ask 1", "move b", "ask 2", "move c"], "c", ["1", "2"]],
    ["a thief's is dead after the owner's", ["ask 1", "move b", "ask 2", "follow 1", "follow 2"], "a", []],
    ["an owner's outlives a thief's", ["ask 1", "move b", "ask 2", "move c", "follow 2"], "b", ["1"]],
    [
      "an owner's outlives many thefts",
      ["ask 1", "move b", "ask 2", "follow 2", "ask 3", "move c", "follow 3"],
      "b",
      ["1"],
    ],
    [
      "a thief's stays dead when the address changes again",
      ["ask 1", "move b", "ask 2", "follow 1", "ask 3", "move d"],
      "d",
      ["3"],
    ],
    [
      "a thief's never serves again at its revision",
      ["ask 1", "move b", "ask 2", "follow 1", "move b"],
      "b",
      [],
    ],
    ["all of one address end together", ["ask 1", "ask 2", "move b", "follow 2"], "a", []],
    [
      "an owner's takes precedence over a thief's if the owner went back by hand",
      ["ask 1", "move b", "ask 2", "move a", "follow 2", "follow 1"],
      "a",
      [],
    ],
    [
      "an old one is expired, and those after it are not",
      ["ask 1", "move b", "wait 72", "ask 2", "move c", "wait 2", "move d"],
      "d",
      ["2"],
    ],
  ])("%s", (_, steps, address, serving) => {
    const account = anAccount();
    for (const step of steps) account.do(step);
    expect([account.address(), account.serving()]).toEqual([address, serving]);
  });

  it("none is dropped for a further change, which is refused for three days", () => {
    const account = anAccount();
    account.do("ask owner");
    for (let change = 0; change < 16; change += 1) account.do("move x");
    expect(() => account.do("move y")).toThrow("too many");
    expect(account.serving()).toEqual(["owner"]);
    account.do("wait 73");
    account.do("move y");
    expect(account.address()).toBe("y");
  });
});
