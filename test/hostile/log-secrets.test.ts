import { afterAll, beforeAll, expect, it } from "vitest";
import { hmac, token as sign } from "../adapters/jose/signed-by-hand.ts";
import { call, registered, someone } from "../support/api.ts";
import { sendRaw } from "../support/raw-http.ts";
import { FREE_AND_CHEAP, type ServerProcess, startServer } from "../support/server-process.ts";
import { aValidLoginWorks, FORM_TYPE, JSON_TYPE, regularOf, type Sent, send } from "./support.ts";
import { CLIENT, KNOWN_SECRETS, oauth, TOKEN_CALLS } from "./token-support.ts";

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer({ STORAGE: "memory", LOG_LEVEL: "trace", ...FREE_AND_CHEAP, ...KNOWN_SECRETS });
});
afterAll(() => server.end());

const used: string[] = [];
/** A secret that is sent and must not appear in the log. */
function secret(around: (text: string) => string = (text) => text): string {
  const text = `s3cretPart${used.length}x${process.pid}`;
  used.push(text);
  return around(text);
}

/** Every way to send a wrong password. */
async function withPasswords(url: string) {
  const { email, access_token } = await regularOf(url);
  const json = (fields: object): Sent => ({ headers: JSON_TYPE, body: JSON.stringify(fields) });
  const owned = { ...JSON_TYPE, authorization: `Bearer ${access_token}` };
  await send(url, "POST /api/register", json({ ...someone(), email: "no address", password: secret() }));
  await send(
    url,
    "POST /api/register",
    json({ ...someone(), password: secret((text) => text.padEnd(2_000, "x")) }),
  );
  await send(url, "POST /api/register", json({ ...someone(), password: [secret()] }));
  await send(url, "POST /api/register", json({ ...someone(), password: secret((text) => `${text}\ud800`) }));
  await send(url, "POST /api/register", json({ ...someone(), email, password: secret() }));
  await send(url, "POST /api/login", json({ email, password: secret() }));
  await send(url, "POST /api/login", json({ email, password: { $ne: secret() } }));
  await send(url, "POST /api/login", json({ [secret()]: secret(), email: secret(), password: secret() }));
  await send(url, "POST /api/login", json({ email: `${secret()}@example.com`, password: secret() }));
  await send(url, `POST /api/login?password=${secret()}&email=${email}`, json({ password: secret() }));
  await send(url, "POST /api/login", { headers: JSON_TYPE, body: `{"password":"${secret()}",` });
  await send(url, "POST /api/login", {
    headers: JSON_TYPE,
    body: `{"password":"${secret()}","__proto__":{}}`,
  });
  await send(url, "POST /api/login", {
    headers: JSON_TYPE,
    body: `{"password":"${secret()}"`.padEnd(20_000),
  });
  await send(url, "POST /api/login", {
    headers: FORM_TYPE,
    body: `password=${secret()}&password=${secret()}`,
  });
  await send(url, "POST /api/login", { headers: { "content-type": "text/plain" }, body: secret() });
  await send(url, "POST /api/password", {
    headers: owned,
    body: JSON.stringify({ current_password: secret(), new_password: secret() }),
  });
  await send(url, "DELETE /api/me", { headers: owned, body: JSON.stringify({ password: secret() }) });
  const person = { ...someone(), password: secret() };
  expect((await call(url, "POST /api/register", { json: person })).status).toBe(201);
}

/** Every place for a token, and some where it does not belong. */
async function withTokens(url: string) {
  const live = await registered(url);
  used.push(live.access_token, live.refresh_token);
  const forged = sign({ alg: "HS256", typ: "JWT" }, { sub: secret(), exp: 1e300 }, hmac("x"));
  const strange = [`${live.access_token}=`, forged, secret(), secret((text) => `{"${text}":1}`)];
  used.push(...strange, ...forged.split("."));
  for (const token of [...strange, live.refresh_token, live.access_token]) {
    for (const { line } of TOKEN_CALLS) {
      if (/logout|DELETE|password/.test(line) && token === live.access_token) continue;
      if (/logout/.test(line) && token === live.refresh_token) continue;
      await send(url, line, { headers: { ...JSON_TYPE, authorization: `Bearer ${token}` }, body: "{}" });
      await send(url, `${line}?access_token=${encodeURIComponent(token)}`, {
        headers: {
          cookie: `access_token=${encodeURIComponent(token)}`,
          // a short one of harmless letters would be kept, as any id
          "x-request-id": token.padStart(129, "x"),
        },
      });
    }
    await send(url, `GET /api/${encodeURIComponent(token)}`);
    for (const token_type_hint of ["access_token", "refresh_token", token]) {
      await oauth(url, "introspect", { token, token_type_hint });
    }
    await send(url, "POST /oauth/introspect", {
      headers: { ...FORM_TYPE, authorization: `Basic ${Buffer.from(`api:${token}`).toString("base64")}` },
      body: `token=${encodeURIComponent(token)}`,
    });
  }
  for (const path of [
    "http://[?access_token=",
    "http://",
    "/api/me?access_token=",
    "/api/%zz?token=",
    "http://xn--a/",
  ]) {
    const request = `GET ${path}${secret()} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n`;
    await sendRaw(url, `${request}X-Odd: ${secret()}\r\n\r\n`);
    await sendRaw(url, `${request}X-Odd: ${secret()}\0\r\nAuthorization: Bearer ${secret()}\r\n\r\n`);
  }
  await sendRaw(
    url,
    `GET /api/me HTTP/1.1\r\nAuthorization: Bearer ${secret((text) => text.padEnd(20_000))}\r\n\r\n`,
  );
  await oauth(url, "revoke", { token: live.access_token });
  await oauth(url, "revoke", { token: live.refresh_token });
  expect((await call(url, "GET /api/me", { token: live.access_token })).status).toBe(401);
}

it("the whole log holds no password and no token, of those that were right and those that were not", async () => {
  const { url } = server;
  await withPasswords(url);
  await withTokens(url);
  await aValidLoginWorks(url);
  const regular = await regularOf(url);
  used.push(regular.password, regular.access_token, regular.refresh_token);
  used.push(...Object.values(KNOWN_SECRETS), CLIENT.authorization, "s3cretPart");
  await server.end();

  const output = server.output();
  expect(output.match(/"msg":"request"/g)?.length).toBeGreaterThan(100);
  const leaked = used.filter((text) => output.includes(text));
  const where = output.split("\n").filter((line) => leaked.some((text) => line.includes(text)));
  expect({ leaked, where }).toEqual({ leaked: [], where: [] });
  expect(output).not.toMatch(/"level":"(error|fatal)"|"status":5\d\d|\$argon2/);
});
