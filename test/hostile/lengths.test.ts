import { describe, expect, it } from "vitest";
import { call, someone } from "../support/api.ts";
import { startTestService } from "../support/service.ts";
import { bodyCalls, canStillRegister, expectVerdict, JSON_TYPE, send, serviceUnderFire } from "./support.ts";

const url = await serviceUnderFire();

const UNFIT: [string, string][] = [
  ["7 characters", "seven77"],
  ["7 characters of 28 bytes", "\u{1f600}".repeat(7)],
  ["1,025 bytes", "x".repeat(1_025)],
  ["1,025 bytes of 513 characters", `${"é".repeat(512)}x`],
  ["7 characters that are typed as 14", "e\u0301".repeat(7)],
  ["513 bytes that NFC makes 1,026", "\u0958".repeat(171)],
  ["10 kB", "x".repeat(10_000)],
];

const registering = (at: string, fields: object) =>
  send(at, "POST /api/register", { headers: JSON_TYPE, body: JSON.stringify(fields) });

it.each(UNFIT)("a new password of %s: V", async (_, password) => {
  const person = someone();
  expectVerdict(await registering(url, { ...person, password }), "V");
  await canStillRegister(url, person);
  const [, , change] = await bodyCalls(url);
  const body = JSON.stringify({ current_password: person.password, new_password: password });
  expectVerdict(await send(url, change?.line ?? "", { headers: change?.headers ?? {}, body }), "V");
});

it("none of these is hashed: they are refused while one that fits is still at it", async () => {
  const busy = await startTestService({ ARGON2_MEMORY_KIB: "65536", ARGON2_PASSES: "8" });
  let isHashed = false;
  const fitting = registering(busy.address, someone()).then((reply) => {
    isHashed = true;
    return reply;
  });
  for (const [, password] of UNFIT) {
    expectVerdict(await registering(busy.address, { ...someone(), password }), "V");
  }
  expect(isHashed).toBe(false);
  expect((await fitting).status).toBe(201);
  await busy.stop();
});

it.each(["x".repeat(1_025), "x".repeat(16_000)])(
  "presented, one of more than 1,024 bytes: V",
  async (password) => {
    for (const { line, headers, fields } of (await bodyCalls(url)).slice(1)) {
      const name = "current_password" in fields ? "current_password" : "password";
      const body = JSON.stringify({ ...fields, [name]: password });
      expectVerdict(await send(url, line, { headers, body }), "V", line);
    }
  },
);

it("a field of 1 MB: 413", async () => {
  for (const { line, headers, fields } of await bodyCalls(url)) {
    for (const name of Object.keys(fields)) {
      const body = JSON.stringify({ ...fields, [name]: "x".repeat(1_000_000) });
      expectVerdict(await send(url, line, { headers, body }), "413", `${name} of ${line}`);
    }
  }
});

describe("a password is taken whole", () => {
  it.each<[string, string, string[]]>([
    ["the first 72 bytes are the same", `${"x".repeat(72)}a`, [`${"x".repeat(72)}b`, "x".repeat(72)]],
    ["the first 1,023 are", `${"x".repeat(1_023)}a`, [`${"x".repeat(1_023)}b`, "x".repeat(1_023)]],
    ["spaces are at either end", "  correct horse ", ["correct horse", " correct horse ", "  correct horse"]],
    ["there are none", "correct horse", [" correct horse", "correct horse ", "correct horse\n"]],
    ["it is spaces", " ".repeat(8), [" ".repeat(9), " ".repeat(7)]],
    ["the same comes before a NUL", "correct\0horse", ["correct\0cattle", "correct"]],
    ["case differs", "Correct Horse", ["correct horse", "CORRECT HORSE"]],
    ["compatible letters differ", "\ufb01fty horses", ["fifty horses"]],
  ])("where %s", async (_, password, others) => {
    const person = { ...someone(), password };
    expect((await call(url, "POST /api/register", { json: person })).status).toBe(201);
    const { email } = person;
    const login = (attempt: string) =>
      send(url, "POST /api/login", {
        headers: JSON_TYPE,
        body: JSON.stringify({ email, password: attempt }),
      });
    for (const other of others) expectVerdict(await login(other), "C", JSON.stringify(other.slice(-20)));
    expect((await login(password)).status).toBe(200);
  });

  it("where NFC makes 684 bytes of 1,026, and in either spelling", async () => {
    const person = { ...someone(), password: "e\u0301".repeat(342) };
    expect((await registering(url, person)).status).toBe(201);
    for (const password of [person.password, "\u00e9".repeat(342)]) {
      const { status } = await call(url, "POST /api/login", { json: { email: person.email, password } });
      expect(status).toBe(200);
    }
  });

  it("through a change of it, too", async () => {
    const person = someone();
    const { body } = await call(url, "POST /api/register", { json: person });
    const next = ` ${"x".repeat(72)}a `;
    const change = { current_password: person.password, new_password: next };
    expect((await call(url, "POST /api/password", { token: body.access_token, json: change })).status).toBe(
      200,
    );
    const { email } = person;
    for (const password of [next.trim(), next.replace("a", "b"), person.password]) {
      const { body: problem } = await call(url, "POST /api/login", { json: { email, password } });
      expect(problem.code).toBe("invalid_credentials");
    }
    expect((await call(url, "POST /api/login", { json: { email, password: next } })).status).toBe(200);
  });
});
