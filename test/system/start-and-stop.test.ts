import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { call, registered, someone } from "../support/api.ts";
import { halfSent } from "../support/half-sent.ts";
import { FREE_AND_CHEAP, runToExit, startServer, temporaryDirectory } from "../support/server-process.ts";

const directories: { remove: () => void }[] = [];
afterEach(() => {
  for (const { remove } of directories.splice(0)) remove();
});
function directory(): string {
  const made = temporaryDirectory();
  directories.push(made);
  return made.path;
}

describe("starting", () => {
  it("prints its address, storage, signing algorithm and issuer", async () => {
    const path = directory();
    const server = await startServer({ DATA_DIR: path, ...FREE_AND_CHEAP });
    for (const said of ["http://127.0.0.1:", `LMDB in ${path}`, "ES256 (at+jwt)", "http://localhost:5000"]) {
      expect(server.output()).toContain(said);
    }
    await server.end();
  });

  it("reads .env and _FILE variables, the environment first", async () => {
    const path = directory();
    writeFileSync(join(path, "jwt.key"), `${"k".repeat(40)}\n`);
    writeFileSync(
      join(path, ".env"),
      "STORAGE=memory\nISSUER=https://dot.env\nJWT_SECRET_KEY_FILE=jwt.key\n",
    );
    const server = await startServer({ ISSUER: "https://environment", ...FREE_AND_CHEAP }, path);
    expect(server.output()).toContain("https://environment");
    expect(server.output()).toContain("HS256 with JWT_SECRET_KEY");
    expect(server.output()).toContain("warning: STORAGE=memory");
    await server.end();
  });

  it("reports all faults of the configuration at once, and no secret, with status 78", async () => {
    const { status, output } = await runToExit({
      SECRET_KEY: "shortsecret",
      PORT: "99999",
      ACCESS_TOKEN_TTL: "soon",
      JWT_SECRET_KEY: "k".repeat(40),
      JWT_ALG: "ES256",
    });
    expect(status).toBe(78);
    for (const name of ["PORT", "ACCESS_TOKEN_TTL"]) expect(output).toContain(name);
    expect(output).not.toContain("shortsecret");
  });

  it("keeps the secret it makes to itself, and refuses another one", async () => {
    const DATA_DIR = directory();
    const first = await startServer({ DATA_DIR, ...FREE_AND_CHEAP });
    const { refresh_token: token } = await registered(first.url);
    await first.end();
    expect(statSync(join(DATA_DIR, "secret.key")).mode & 0o777).toBe(0o600);

    const refused = await runToExit({ DATA_DIR, SECRET_KEY: "another secret of thirty-two bytes or more" });
    expect(refused.status).toBe(78);
    expect(refused.output).toContain("SECRET_KEY is not the one");

    const previous = readFileSync(join(DATA_DIR, "secret.key"), "utf8").trim();
    const changed = await startServer({
      DATA_DIR,
      SECRET_KEY: "another secret of thirty-two bytes or more",
      SECRET_KEY_PREVIOUS: previous,
      ...FREE_AND_CHEAP,
    });
    expect((await call(changed.url, "GET /api/token/refresh", { token })).status).toBe(200);
    await changed.end();
  });

  it("refuses a store that cannot be read, saying what to do", async () => {
    const DATA_DIR = directory();
    mkdirSync(DATA_DIR, { recursive: true });
    writeFileSync(join(DATA_DIR, "data.mdb"), Buffer.alloc(100_000, 7));
    const garbage = await runToExit({ DATA_DIR });
    expect([garbage.status, garbage.output]).toEqual([1, expect.stringContaining("DATA_DIR")]);

    writeFileSync(join(DATA_DIR, "file"), "");
    const file = await runToExit({ DATA_DIR: join(DATA_DIR, "file") });
    expect([file.status, file.output]).toEqual([1, expect.stringContaining("DATA_DIR")]);
  });

  it("refuses an address that is in use", async () => {
    const server = await startServer({ STORAGE: "memory", ...FREE_AND_CHEAP });
    const second = await runToExit({ STORAGE: "memory", PORT: new URL(server.url).port });
    expect(second.status).toBe(1);
    expect(second.output).toContain("Cannot listen");
    await server.end();
  });

  it("twice at the same moment on one empty directory agrees on secret and keys", async () => {
    const DATA_DIR = directory();
    const env = { DATA_DIR, ...FREE_AND_CHEAP };
    const [one, two] = await Promise.all([startServer(env), startServer(env)]);
    const jwks = await Promise.all([one, two].map(({ url }) => call(url, "GET /.well-known/jwks.json")));
    expect(jwks[0]?.body.keys).toHaveLength(1);
    expect(jwks[0]?.body).toEqual(jwks[1]?.body);
    const person = await registered(one.url);
    expect((await call(two.url, "GET /api/me", { token: person.access_token })).status).toBe(200);
    expect((await call(two.url, "POST /api/logout/access", { token: person.access_token })).status).toBe(200);
    expect((await call(one.url, "GET /api/me", { token: person.access_token })).status).toBe(401);
    expect((await call(one.url, "GET /api/token/refresh", { token: person.refresh_token })).status).toBe(200);
    await Promise.all([one.end(), two.end()]);
  });
});

describe("stopping", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("on %s finishes running requests and exits 0", async (signal) => {
    const server = await startServer({ DATA_DIR: directory(), ...FREE_AND_CHEAP });
    const running = await Promise.all(
      Array.from({ length: 6 }, () => halfSent(server.url, "POST /api/register", someone())),
    );
    const ended = server.end(signal);
    const answers = await Promise.all(running.map(({ finish }) => finish()));
    expect(answers).toEqual(Array(6).fill(201));
    expect(await ended).toBe(0);
  });
});
