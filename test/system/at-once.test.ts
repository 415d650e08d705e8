import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, registered, someone } from "../support/api.ts";
import { sharedStorages } from "../support/storage-choices.ts";
import { startTwoServers, type TwoServers } from "../support/two-servers.ts";

const ROUNDS = 50;

/** Races between two processes on one storage, over HTTP. Each answer must hold on both. */
describe.each(sharedStorages)("at once on $name, by two processes", (storage) => {
  let servers: TwoServers;
  beforeAll(async () => {
    servers = await startTwoServers(storage, { REFRESH_ROTATION: "true" });
  });
  afterAll(() => servers.end());

  const urlOf = (index: number) => servers.urls[index % 2] as string;
  const rounds = Array.from({ length: ROUNDS }, (_, round) => round);
  /** A delay that differs by round, so that the two meet at different points. */
  const aMoment = (round: number) => new Promise((resolve) => setTimeout(resolve, (round % 10) / 2));

  /** Whether either process still accepts one of these tokens. */
  async function lives(tokens: { access_token?: string; refresh_token?: string }): Promise<boolean> {
    const answers = await Promise.all(
      servers.urls.flatMap((url) => [
        ...(tokens.access_token ? [call(url, "GET /api/me", { token: tokens.access_token })] : []),
        ...(tokens.refresh_token
          ? [call(url, "GET /api/token/refresh", { token: tokens.refresh_token })]
          : []),
      ]),
    );
    return answers.some(({ status }) => status !== 401);
  }

  it("50 registrations of one address in mixed case: one account", async () => {
    for (const round of rounds.slice(0, 5)) {
      const person = someone();
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => {
          const email = index % 3 === 0 ? person.email.toUpperCase() : person.email;
          const username = `${person.username}n${index}`;
          return call(urlOf(index + round), "POST /api/register", { json: { ...person, username, email } });
        }),
      );
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([201, ...Array(49).fill(409)]);
      expect(answers.filter(({ body }) => body.code === "email_taken")).toHaveLength(49);
    }
  });

  it("one refresh token 20 times: one next token, the same for all", async () => {
    for (const round of rounds) {
      const { refresh_token: token } = await registered(urlOf(round));
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => call(urlOf(index), "POST /api/token/refresh", { token })),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
    }
  });

  it("refreshing against a logout: nothing lives once it is acknowledged", async () => {
    for (const round of rounds) {
      const own = await registered(urlOf(round));
      const refreshing = Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          call(urlOf(index), "POST /api/token/refresh", { token: own.refresh_token }),
        ),
      );
      await aMoment(round);
      const out = await call(urlOf(round), "POST /api/logout", { token: own.access_token });
      expect(out.status).toBe(200);
      for (const tokens of [own, ...(await refreshing).map(({ body }) => body)]) {
        expect([round, await lives(tokens)]).toEqual([round, false]);
      }
    }
  });

  it.each(["/api/logout/all", "/api/password", "/api/me"])(
    "logging in against %s: no session from before",
    async (path) => {
      for (const round of rounds) {
        const own = await registered(urlOf(round));
        const { email, password } = own;
        const logins = Promise.all(
          Array.from({ length: 4 }, (_, index) =>
            call(urlOf(index), "POST /api/login", { json: { email, password } }),
          ),
        );
        await aMoment(round);
        const json = {
          "/api/logout/all": undefined,
          "/api/password": { current_password: password, new_password: "another horse" },
          "/api/me": { password },
        }[path];
        const method = path === "/api/me" ? "DELETE" : "POST";
        const done = await call(urlOf(round + 1), `${method} ${path}`, { token: own.access_token, json });
        expect([200, 204]).toContain(done.status);
        const answers = await logins;
        if (path === "/api/logout/all") {
          // logins that began after it are valid: exactly the listed sessions are live
          const live = answers.filter(({ status }) => status === 200);
          const listed = new Set<string>();
          for (const { body } of live) {
            const { body: list, status } = await call(urlOf(round), "GET /api/sessions", {
              token: body.access_token,
            });
            if (status === 200) for (const { id } of list.sessions) listed.add(id);
          }
          expect(listed.size).toBeLessThanOrEqual(live.length);
        } else {
          // the old password is refused, and sessions still begun with it are ended
          for (const { body } of answers) expect([round, await lives(body)]).toEqual([round, false]);
        }
        expect(await lives({ refresh_token: own.refresh_token })).toBe(path === "/api/password");
      }
    },
  );

  it("two ends of all at once leave nothing behind", async () => {
    for (const round of rounds) {
      const own = await registered(urlOf(round));
      const answers = await Promise.all(
        [0, 1].map((index) => call(urlOf(index), "POST /api/logout/all", { token: own.access_token })),
      );
      expect(answers.map(({ status }) => status)).toContain(200);
      expect(await lives(own)).toBe(false);
    }
  });

  it("a stolen older token ends its session and no other, and a lost answer can be asked for again", async () => {
    for (const round of rounds.slice(0, 10)) {
      const own = await registered(urlOf(round));
      const { email, password } = own;
      const other = (await call(urlOf(round), "POST /api/login", { json: { email, password } })).body;
      const refresh = (index: number, token: string) =>
        call(urlOf(index), "POST /api/token/refresh", { token });
      const next = await refresh(round, own.refresh_token);
      expect((await refresh(round + 1, own.refresh_token)).body.refresh_token).toBe(next.body.refresh_token);
      const third = await refresh(round, next.body.refresh_token);
      expect((await refresh(round + 1, own.refresh_token)).body.code).toBe("reused_token");
      expect(await lives(third.body)).toBe(false);
      expect(await lives({ access_token: other.access_token })).toBe(true);
    }
  });
});
