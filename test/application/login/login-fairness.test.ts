import { expect, it } from "vitest";
import { gateHasher } from "../../../src/application/limits/hashing-gate.ts";
import { ada, client, makeCore, refusal, testClock } from "../../support/core.ts";
import { pacedHasher } from "../../support/paced-hasher.ts";

const LIMITS = { concurrency: 1, queue: 64, deadlineMs: 5_000 };
const range = (count: number) => Array.from({ length: count }, (_, index) => index);

it("15 sessions of one account, each with 10 logins in flight, keep none of 48 others out", async () => {
  const settings = { LOGIN_THROTTLE: "on", THROTTLE_REGISTRATION: "1000" };
  const shared = { storage: (await makeCore()).storage, clock: testClock() };
  const paced = pacedHasher();
  const ungated = await makeCore(() => ({ hasher: { ...atOnce, refuseIfFull() {} } }), settings, shared);
  const own = await ungated.register(ada);
  const login = { email: ada.email, password: ada.password, client };
  const sessions = [own];
  while (sessions.length < 15) sessions.push(await ungated.login(login));
  const others = range(48).map((index) => ({
    ...ada,
    username: `o${index}`,
    email: `o${index}@example.com`,
  }));
  for (const other of others) await ungated.register({ ...other, password: `horse of ${other.username}` });

  const gated = gateHasher(paced.hasher, LIMITS, () => 0);
  let seatedOrRefused = 0;
  const hasher: typeof gated = {
    ...gated,
    async verify(...args) {
      seatedOrRefused += 1;
      try {
        return await gated.verify(...args);
      } finally {
        seatedOrRefused -= 1;
      }
    },
  };
  const core = await makeCore(() => ({ hasher }), settings, shared);
  const flood = sessions.flatMap(({ accessToken }) =>
    range(10).map(async () => {
      const code = await refusal(core.login({ ...login, formerToken: accessToken }));
      seatedOrRefused += 1;
      return code;
    }),
  );
  while (seatedOrRefused < 150) await paced.settled();
  const theirs = others.map(({ username, email }) =>
    refusal(core.login({ email, password: `horse of ${username}`, client })),
  );
  await paced.work();
  expect(await Promise.all(theirs)).toEqual(Array(48).fill("none"));
  const floods = await Promise.all(flood);
  expect([...new Set(floods)].sort()).toEqual(["none", "overloaded"]);
  expect(paced.checked.filter((password) => password.startsWith("horse of "))).toHaveLength(48);
});

it("a login that would find no place asks storage nothing and is not charged", async () => {
  const paced = pacedHasher();
  const hasher = gateHasher(paced.hasher, { ...LIMITS, queue: 4 }, () => 0);
  const used: string[] = [];
  const noted = <T extends object>(port: T) =>
    new Proxy(port, {
      get(target, name) {
        used.push(String(name));
        return Reflect.get(target, name);
      },
    });
  const core = await makeCore(
    ({ users, revocations }) => ({ hasher, users: noted(users), revocations: noted(revocations) }),
    { LOGIN_THROTTLE: "on" },
  );
  const login = () => refusal(core.login({ email: ada.email, password: "wrong horse", client }));
  const held = range(2).map(login);
  await paced.settled();
  expect(used).toEqual(["findByEmail", "findByEmail"]);
  // one is being checked and one waits, which is a quarter of the queue; others of the network have room
  expect(await refusal(core.login({ email: ada.email, password: "x", client, formerToken: "x" }))).toBe(
    "overloaded",
  );
  expect(used).toHaveLength(2);
  const other = refusal(core.login({ email: "bob@example.com", password: "wrong horse", client }));
  await paced.work();
  expect(await Promise.all([...held, other])).toEqual(Array(3).fill("invalid_credentials"));
});

const atOnce = {
  hash: async (password: string) => `${password} hashed`,
  verify: async (hash: string | undefined, password: string) => hash === `${password} hashed`,
  isOutdated: () => false,
};
