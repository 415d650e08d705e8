import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, registered } from "../support/api.ts";
import { codeAt } from "../support/authenticator.ts";
import { sharedStorages } from "../support/storage-choices.ts";
import { startTwoServers, type TwoServers } from "../support/two-servers.ts";

/** Many uses of one code, and of one recovery code, at the same time, by two processes on one storage. */

const AT_ONCE = 50;
const ROUNDS = Number(process.env.FACTOR_ROUNDS ?? 50);

describe.each(sharedStorages)("on $name, by two processes", (storage) => {
  let servers: TwoServers;
  beforeAll(async () => {
    servers = await startTwoServers(storage, { THROTTLE_SESSIONS: "1000000", MAX_SESSIONS: "1000" });
  });
  afterAll(() => servers.end());

  const ask = (index: number, request: string, options: object) =>
    call(servers.urls[index % 2] as string, request, options);

  /** A user who has just set up an authenticator with the code of the present step. */
  async function enrolled() {
    const user = await registered(servers.urls[0]);
    const token = user.access_token;
    const { secret } = (await ask(0, "POST /api/factors/totp", { token })).body;
    const json = { code: codeAt(secret, new Date()) };
    const { status, body } = await ask(1, "POST /api/factors/totp/confirm", { token, json });
    expect(status).toBe(200);
    return { ...user, secret, recoveryCodes: body.recovery_codes as string[] };
  }

  type User = Awaited<ReturnType<typeof enrolled>>;

  /** Answers as many challenges at once, half of them on each process. Exactly one gives a session. */
  async function race({ email, password, access_token: token }: User, answer: object): Promise<void> {
    const challenges = await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, index) => {
        const { body } = await ask(index, "POST /api/login", { json: { email, password } });
        return body.challenge as string;
      }),
    );
    const before = (await ask(0, "GET /api/sessions", { token })).body.sessions.length;
    const answers = await Promise.all(
      challenges.map((challenge, index) =>
        ask(index, "POST /api/login/second-factor", { json: { challenge, ...answer } }),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array(AT_ONCE - 1).fill(401)]);
    for (const { status, body } of answers) if (status === 401) expect(body.code).toBe("invalid_factor");
    const after = (await ask(1, "GET /api/sessions", { token })).body.sessions.length;
    expect(after).toBe(before + 1);
  }

  it(`one code gives one session, ${ROUNDS} times`, async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const user = await enrolled();
      // that of the next step, which is accepted now and for a minute
      await race(user, { code: codeAt(user.secret, new Date(), 1) });
    }
  }, 1_200_000);

  it(`one recovery code gives one session, ${ROUNDS} times`, async () => {
    let user = await enrolled();
    for (let round = 0; round < ROUNDS; round += 1) {
      if (user.recoveryCodes.length === 0) user = await enrolled();
      await race(user, { recovery_code: user.recoveryCodes.pop() });
    }
  }, 1_200_000);
});
