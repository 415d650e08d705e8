import { expect, it } from "vitest";
import { ada, client, makeCore, refusal } from "../../support/core.ts";
import { recordCalls } from "../../support/recorded-calls.ts";
import { byEmail, type Core, verifyAddress, withTotp } from "../../support/second-factor.ts";

/** Logins make the same calls of storage with and without a second factor, until the password is known to be right. */

const LIMITED = { LOGIN_THROTTLE: "on" };

const LOGINS: Record<string, object> = {
  "a wrong password for the address": { ...byEmail, password: "wrong horse" },
  "a wrong password for the name": { username: ada.username, password: "wrong horse", client },
  "the right password": byEmail,
};

async function without(): Promise<Core> {
  const core = await makeCore(undefined, LIMITED);
  await core.register(ada);
  core.clock.advance(60_000);
  return core;
}

/** The calls of a login, and of them those that were made before the password was checked. */
async function callsOf(core: Core, login: object) {
  await verifyAddress(core);
  const { calls, recorded } = recordCalls();
  const { users, sessions, revocations, oneTimeTokens, outbox, attempts } = core.storage;
  const ports = { users, sessions, revocations, oneTimeTokens, outbox, attempts };
  let checked = 0;
  const { hasher } = core.core;
  const verify: typeof hasher.verify = (...args) => {
    checked = calls.length;
    return hasher.verify(...args);
  };
  const watched = await makeCore(
    () => ({
      ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, recorded(name, port)])),
      hasher: { ...hasher, verify },
    }),
    LIMITED,
    core,
  );
  const outcome = await refusal(watched.login(login as typeof byEmail));
  return { outcome, calls, before: calls.slice(0, checked) };
}

it.each(Object.entries(LOGINS))("%s", async (_, login) => {
  const plain = await callsOf(await without(), login);
  const factor = await callsOf((await withTotp(await makeCore(undefined, LIMITED))).core, login);
  expect(factor.before).toEqual(plain.before);
  expect(plain.before.length).toBeGreaterThan(1);
  if (plain.outcome !== "none") return expect(factor).toEqual(plain);
  expect(factor.outcome).toBe("second_factor_required");
  // with a factor there are no more calls than without
  expect(factor.calls.length).toBeLessThanOrEqual(plain.calls.length);
  expect(factor.calls.slice(factor.before.length).sort()).toEqual(["attempts.refund", "oneTimeTokens.put"]);
});
