import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { call, registered } from "../support/api.ts";
import { logged } from "../support/log-lines.ts";
import { FREE_AND_CHEAP, startServer } from "../support/server-process.ts";

it("logs a line for each event and each request, joined by the request id, and nothing secret", async () => {
  const server = await startServer({ STORAGE: "memory", LOG_LEVEL: "trace", ...FREE_AND_CHEAP });
  const person = await registered(server.url);
  const headers = { "x-request-id": "the-one" };
  await call(server.url, "GET /api/me?secret=in-the-url", { token: person.access_token, headers });
  const { email, password } = person;
  await call(server.url, "POST /api/login", { json: { email, password: `${password}!` }, headers });
  await server.end();

  const lines = logged(server);
  expect(lines.filter(({ requestId }) => requestId === "the-one")).toEqual([
    expect.objectContaining({ msg: "request", method: "GET", route: "/api/me", status: 200 }),
    expect.objectContaining({ event: "login_failed", reason: "wrong_password" }),
    expect.objectContaining({ msg: "request", method: "POST", route: "/api/login", status: 401 }),
  ]);
  for (const line of lines.filter(({ msg }) => msg === "request")) expect(line).not.toHaveProperty("event");
  for (const secret of [password, person.access_token, person.refresh_token, "in-the-url"]) {
    expect(server.output()).not.toContain(secret);
  }
});

it.each([
  [{}, 1],
  [{ LOG_LEVEL: "warn" }, 0],
])(
  "without a mail server, registering with %o has its mail in the log, with the link: %i",
  async (env, count) => {
    const server = await startServer({ STORAGE: "memory", LOG_LEVEL: "info", ...FREE_AND_CHEAP, ...env });
    const { email } = await registered(server.url);
    const told = () => logged(server).filter(({ msg, to }) => msg === "mail" && to === email);
    // mails are sent in the order of the requests
    await call(server.url, "POST /api/password/forgot", { json: { email } });
    while (count > 0 && told().length < 2) await setTimeout(50);
    await server.end();
    expect(told().map(({ subject }) => subject)).toHaveLength(count * 2);
    for (const { links } of told()) expect(links).toEqual([expect.stringMatching(/^http:\S+\?token=\S+$/)]);
  },
);
