import { describe, expect, it } from "vitest";
import { ada, client, makeCore, refusal } from "../../support/core.ts";
import { LINKS, mailedLink, mailedToken, PURPOSES } from "../../support/mailed-links.ts";

const MAIL = { SMTP_URL: "smtp://localhost", MAIL_FROM: "auth@example.com" };
const ON = { ...MAIL, LOGIN_THROTTLE: "on", THROTTLE_NETWORK: "3", THROTTLE_DEVICE: "4" };
const NEIGHBOURS = 10;

/** A core where Ada is registered and was mailed a link of this purpose. `looks` counts the reads for links. */
async function withLink(purpose: (typeof PURPOSES)[number]) {
  let looks = 0;
  const core = await makeCore(
    ({ oneTimeTokens }) => ({
      oneTimeTokens: {
        ...oneTimeTokens,
        find(id) {
          looks += 1;
          return oneTimeTokens.find(id);
        },
      },
    }),
    ON,
  );
  const own = await core.register(ada);
  const token = await mailedLink(core, purpose, own);
  const follow = (text: string) => refusal(LINKS[purpose].follow(core, text));
  return { ...core, own, token, follow, looks: () => looks };
}

/** Changes a character other than the last, which has unused bits. */
const altered = (token: string) => token.replace(/.(?=.{9}$)/, (one) => (one === "A" ? "B" : "A"));

describe.each(PURPOSES)("a link to %s", (purpose) => {
  const { refusal: refused } = LINKS[purpose];

  it("is valid after any number of bad ones from its network, which are counted and cost no lookup", async () => {
    const { token, follow, looks, reported } = await withLink(purpose);
    const before = looks();
    const codes: string[] = [];
    for (let time = 0; time < NEIGHBOURS; time += 1) codes.push(await follow(altered(token)));
    expect(codes).toEqual([...Array(3).fill(refused), ...Array(NEIGHBOURS - 3).fill("too_many_attempts")]);
    expect(reported.at(-1)).toEqual({ type: "attempt_throttled", scopes: ["network"] });
    expect(looks()).toBe(before);
    expect(await follow(token)).toBe("none");
  });

  it("is looked up a few times after its end, and is counted by itself", async () => {
    const core = await withLink(purpose);
    const { token, follow, looks, reported } = core;
    const other = purpose === "reset_password" ? "verify_email" : "reset_password";
    const second = await mailedLink(core, other, core.own);
    expect(await follow(token)).toBe("none");
    const before = looks();
    const codes = await Promise.all(Array.from({ length: 100 }, () => follow(token)));
    expect(codes.filter((code) => code === refused)).toHaveLength(4);
    expect(codes.filter((code) => code === "too_many_attempts")).toHaveLength(96);
    expect(looks() - before).toBe(4);
    expect(reported.at(-1)).toEqual({ type: "attempt_throttled", scopes: ["link"] });
    // no wrong password of its network, and nothing of another link
    const login = core.login({ email: "nobody@example.com", password: "wrong horse", client });
    expect(await refusal(login)).toBe("invalid_credentials");
    expect(await refusal(LINKS[other].follow(core, second))).not.toBe("too_many_attempts");
  });

  it("is not charged while storage cannot answer", async () => {
    const { token, storage, clock } = await withLink(purpose);
    let isAway = true;
    const core = await makeCore(
      ({ oneTimeTokens }) => ({
        oneTimeTokens: {
          ...oneTimeTokens,
          find: (id) => (isAway ? Promise.reject(new Error("away")) : oneTimeTokens.find(id)),
        },
      }),
      ON,
      { storage, clock },
    );
    const follow = () => LINKS[purpose].follow(core, token);
    for (let time = 0; time < NEIGHBOURS; time += 1) await expect(follow()).rejects.toThrow("away");
    isAway = false;
    expect(await refusal(follow())).toBe("none");
  });
});

it("the link of a registration is also valid after any number of bad ones from its network", async () => {
  const core = await makeCore(undefined, { ...ON, REGISTRATION_ANSWER: "same" });
  await core.signUp(ada);
  const token = await mailedToken(core);
  const follow = (text: string) => refusal(core.confirmAddress({ token: text, client }));
  for (let time = 0; time < NEIGHBOURS; time += 1) {
    expect(await follow(altered(token))).toBe(time < 3 ? "invalid_verification_token" : "too_many_attempts");
  }
  expect(await follow(token)).toBe("none");
  const codes = [];
  for (let time = 0; time < NEIGHBOURS; time += 1) codes.push(await follow(token));
  expect(codes).toEqual([
    ...Array(4).fill("invalid_verification_token"),
    ...Array(NEIGHBOURS - 4).fill("too_many_attempts"),
  ]);
});
