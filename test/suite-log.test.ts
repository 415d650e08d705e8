import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { JSON_TYPE, send } from "./hostile/support.ts";
import { call, registered } from "./support/api.ts";
import { leaksIn } from "./support/log-check.ts";
import { RECORD_DIR, type Secret, secretsIn } from "./support/log-record.ts";
import { sendRaw } from "./support/raw-http.ts";
import { FREE_AND_CHEAP, startServer } from "./support/server-process.ts";
import { startTestService } from "./support/service.ts";

/** Runs the check that `support/log-check.ts` makes after all tests, on the secrets of these tests. */

describe("the record of this run", () => {
  const recorded = (ending: ".log" | ".secrets") => {
    const directory = process.env[RECORD_DIR] as string;
    const names = readdirSync(directory).filter((name) => name.endsWith(ending));
    return names.map((name) => readFileSync(join(directory, name), "utf8")).join("");
  };

  it("has the passwords and tokens of every client, and what each service logs of them", async () => {
    const SECRET_KEY = `${randomUUID()} of a service`;
    const [service, server] = await Promise.all([
      startTestService({ SECRET_KEY }),
      startServer({ STORAGE: "memory", ...FREE_AND_CHEAP }),
    ]);
    const used: Secret[] = [{ kind: "SECRET_KEY", text: SECRET_KEY }];
    const ids: string[] = [];
    for (const url of [service.address, server.url]) {
      const headers = { "x-request-id": randomUUID() };
      const [byFetch, byRequest, byHand] = [randomUUID(), randomUUID(), randomUUID()];
      const json = (password: string) => ({ email: "nobody@example.com", password });
      await call(url, "POST /api/login", { json: json(byFetch), headers });
      await send(url, "POST /api/login", { headers: JSON_TYPE, body: JSON.stringify(json(byRequest)) });
      await sendRaw(url, `GET /?password=${byHand} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      const { access_token, refresh_token } = await registered(url);
      used.push(...[byFetch, byRequest, byHand].map((text) => ({ kind: "password", text })));
      used.push({ kind: "access_token", text: access_token }, { kind: "refresh_token", text: refresh_token });
      ids.push(headers["x-request-id"]);
    }
    await Promise.all([service.stop(), server.end()]);
    const missing = () => {
      const secrets = recorded(".secrets");
      return used.filter((each) => !secrets.includes(JSON.stringify(each)));
    };
    // the last exchange of a connection is recorded when it closes
    await expect.poll(missing).toEqual([]);
    const log = recorded(".log");
    expect(ids.filter((id) => !log.includes(id))).toEqual([]);
  });

  it("treats values in the places of secrets as secrets, in any notation", () => {
    const jwt = `eyJ${"h".repeat(20)}.${"p".repeat(20)}.${"s".repeat(20)}`;
    const basic = Buffer.from("api:the client's secret").toString("base64");
    const traffic = [
      `POST /api/login?new_password=in+the%20URL HTTP/1.1`,
      `authorization: Bearer not a JWT`,
      `Authorization: Basic ${basic}`,
      `{"password":"quoted \\"\\u00fc","refresh_token": "opaque","token_type":"Bearer","x":"${jwt}"`,
      `"email":"a@a-long-name.of-three-long.parts-with-dots","password":"cut`,
    ];
    const texts = secretsIn(traffic.join("\r\n")).map(({ text }) => text);
    const expected = ["in the URL", "not a JWT", basic, "the client's secret", 'quoted "ü', "opaque", "cut"];
    const ofJwt = [jwt, "p".repeat(20), "s".repeat(20)];
    expect(texts.toSorted()).toEqual([...expected, ...ofJwt].toSorted());
  });
});

describe("the search", () => {
  const secret = { kind: "password", text: 'a "secret" of 1 test' };
  const line = (fields: object) => JSON.stringify({ level: "info", ...fields, msg: "request" });
  const found = ['password, in a line "request", at or after its field "route"'];

  it.each([
    ["as it is", secret.text],
    ["amid other letters", `xx${secret.text}xx`],
    ["as in a URL", `/?x=${encodeURIComponent(secret.text)}`],
    ["as in a form", "a+%22secret%22+of+1+test"],
    ["as JSON within JSON", JSON.stringify({ password: "a secret of its own" })],
  ])("finds a secret %s, and does not repeat it", (_, route) => {
    const secrets = [secret, { kind: "password", text: "a secret of its own" }];
    expect(leaksIn([line({ status: 200 }), line({ route })], secrets)).toEqual(found);
  });

  it("finds the hash of a password that nobody told it of, and output that is no line of the log", () => {
    expect(leaksIn([line({ route: "$argon2id$v=19$" })], [])).toEqual([
      'hash of a password, in a line "request", at or after its field "route"',
    ]);
    expect(leaksIn([`Error: ${secret.text}`], [secret])).toEqual([
      "password, in output that is no line of the log",
    ]);
  });

  it("finds nothing in what only looks like it, is short or is a word of the log", () => {
    const secrets = [
      secret,
      { kind: "token", text: "request" },
      { kind: "token", text: "info                " },
      { kind: "password", text: "password" },
    ];
    expect(
      leaksIn([line({ route: "/api/password" }), line({ route: 'a "secret" of 2 tests' })], secrets),
    ).toEqual([]);
  });
});
