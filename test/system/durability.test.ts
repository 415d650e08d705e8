import { expect, it } from "vitest";
import { call, registered, type someone } from "../support/api.ts";
import { FREE_AND_CHEAP, startServer, temporaryDirectory } from "../support/server-process.ts";

it("loses nothing acknowledged when it is killed under load", async () => {
  const { path, remove } = temporaryDirectory();
  const env = { DATA_DIR: path, ...FREE_AND_CHEAP };
  const accounts: ReturnType<typeof someone>[] = [];
  const live: string[] = [];
  const revoked: string[] = [];

  for (let round = 0; round < 3; round += 1) {
    const server = await startServer(env);
    let killed = false;
    const client = async () => {
      while (!killed) {
        const person = await registered(server.url);
        accounts.push(person);
        const { status } = await call(server.url, "POST /api/logout/access", { token: person.access_token });
        if (status === 200) revoked.push(person.access_token);
        live.push(person.refresh_token);
      }
    };
    // a call that the kill interrupts was not acknowledged
    const clients = Array.from({ length: 8 }, () => client().catch(() => {}));
    await new Promise((resolve) => setTimeout(resolve, 300 + 200 * round));
    killed = true;
    expect(await server.end("SIGKILL")).toBe("SIGKILL");
    await Promise.all(clients);
  }

  const server = await startServer(env);
  expect(accounts.length).toBeGreaterThan(10);
  expect(revoked.length).toBeGreaterThan(10);
  for (const { email, password } of accounts) {
    expect((await call(server.url, "POST /api/login", { json: { email, password } })).status).toBe(200);
  }
  for (const token of revoked) {
    expect((await call(server.url, "GET /api/me", { token })).body.code).toBe("revoked_token");
  }
  for (const token of live) {
    expect((await call(server.url, "GET /api/token/refresh", { token })).status).toBe(200);
  }
  await server.end();
  remove();
});
