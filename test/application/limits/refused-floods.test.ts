import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { ada, client, makeCore, refusal, testClock } from "../../support/core.ts";

const MAIL = { SMTP_URL: "smtp://localhost", MAIL_FROM: "auth@example.com" };
const bob = { ...ada, username: "Bob", email: "bob@example.com" };
const right = ({ email, password }: typeof ada) => ({ email, password, client });

/** Makes 200 refused attempts at once, and another attempt among them. Resolves to the result of that one. */
async function amidst(flood: () => Promise<unknown>, own: () => Promise<unknown>): Promise<string> {
  const floods = () => Array.from({ length: 100 }, () => refusal(flood()));
  const before = floods();
  const genuine = refusal(own());
  const refused = await Promise.all([...before, ...floods()]);
  expect(new Set(refused)).toEqual(new Set(["too_many_attempts"]));
  return genuine;
}

/** A core whose storage is slow to refund. */
function coreWith(env: Record<string, string>) {
  const storage = openMemoryStorage();
  const refund: typeof storage.attempts.refund = async (attempts) => {
    await setTimeout(20);
    return storage.attempts.refund(attempts);
  };
  const attempts = { ...storage.attempts, refund };
  return makeCore(() => ({ attempts }), { LOGIN_THROTTLE: "on", ...env }, { storage, clock: testClock() });
}

it("what an account's limit refuses takes nothing from its network", async () => {
  const core = await coreWith({ THROTTLE_PAIR: "1000", THROTTLE_ACCOUNT: "1", THROTTLE_NETWORK: "5" });
  await core.register(ada);
  await core.register(bob);
  const wrong = () => core.login({ ...right(ada), password: "wrong horse" });
  expect(await refusal(wrong())).toBe("invalid_credentials");
  expect(await amidst(wrong, () => core.login(right(bob)))).toBe("none");
});

it("what a network's limit refuses takes nothing from an account", async () => {
  const core = await coreWith({ THROTTLE_PAIR: "1000", THROTTLE_ACCOUNT: "5", THROTTLE_NETWORK: "1" });
  await core.register(ada);
  const from = (ip: string, password: string) =>
    core.login({ ...right(ada), password, client: { ...client, ip } });
  const wrong = () => from("198.51.100.1", "wrong horse");
  expect(await refusal(wrong())).toBe("invalid_credentials");
  expect(await amidst(wrong, () => from("203.0.113.9", ada.password))).toBe("none");
});

it("what an address' limit refuses takes nothing from the mails of its network", async () => {
  const core = await coreWith({ THROTTLE_MAIL_PAIR: "1000", THROTTLE_MAIL: "1", THROTTLE_MAIL_NETWORK: "5" });
  const ask = (email: string) => () => core.forgotPassword({ email, client });
  await ask(ada.email)();
  expect(await amidst(ask(ada.email), ask(bob.email))).toBe("none");
});

it.each(["same", "told"])(
  "what an address' limit refuses takes nothing from the registrations of its network: %s",
  async (answer) => {
    const same = answer === "same" ? { REGISTRATION_ANSWER: answer, REQUIRE_VERIFIED_EMAIL: "true" } : {};
    const core = await coreWith({ ...MAIL, ...same, THROTTLE_MAIL_PAIR: "1", THROTTLE_REGISTRATION: "5" });
    const register = (username: string, email: string) => () => core.signUp({ ...ada, username, email });
    await register("first", ada.email)();
    expect(await amidst(register("second", ada.email), register("third", bob.email))).toBe("none");
  },
);

it("what a session's limit refuses takes nothing from the changes of its user", async () => {
  const core = await coreWith({ THROTTLE_DEVICE: "1", THROTTLE_CHANGE: "5" });
  const stolen = await core.register(ada);
  const own = await core.login(right(ada));
  const change = (accessToken: string, currentPassword: string) =>
    core.changePassword({ accessToken, currentPassword, newPassword: "another horse", client });
  const wrong = () => change(stolen.accessToken, "wrong horse");
  expect(await refusal(wrong())).toBe("invalid_credentials");
  expect(await amidst(wrong, () => change(own.accessToken, ada.password))).toBe("none");
});
