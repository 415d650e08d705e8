import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { call, registered } from "../support/api.ts";
import { parseMetrics } from "../support/prometheus.ts";
import { FREE_AND_CHEAP, runToExit, startServer, temporaryDirectory } from "../support/server-process.ts";

const directory = temporaryDirectory();
afterAll(directory.remove);

/** A module in place of the binary of @node-rs/argon2, which ends the process that loads it. */
const CRASHING = join(directory.path, "crashing.cjs");
writeFileSync(CRASHING, 'process.kill(process.pid, "SIGSEGV"); for (;;);');
const CRASHES = { NAPI_RS_NATIVE_LIBRARY_PATH: CRASHING };
const MISSING = { NAPI_RS_NATIVE_LIBRARY_PATH: join(directory.path, "missing.node") };

const start = (env: Record<string, string>) =>
  startServer({ DATA_DIR: join(directory.path, "data"), ...FREE_AND_CHEAP, ...env });

it("starts hash by turns with either package, and each verifies the other's hashes", async () => {
  const people: { email: string; password: string }[] = [];
  for (const [asked, title] of [
    ["argon2", "argon2"],
    ["node-rs", "@node-rs/argon2"],
    ["auto", "@node-rs/argon2"],
    ["argon2", "argon2"],
  ] as const) {
    const server = await start({ PASSWORD_HASHING: asked });
    people.push(await registered(server.url));
    for (const { email, password } of people) {
      const { status } = await call(server.url, "POST /api/login", { json: { email, password } });
      expect(status).toBe(200);
    }
    await server.end();
    expect(server.output()).toMatch(new RegExp(`^ {2}hashing {2}${title}$`, "m"));
    expect(server.output()).not.toContain("password_hash_renewed");
    expect(server.output()).not.toContain("warning: Passwords");
  }
});

it.each([
  { workers: "1", fault: CRASHES, reason: /by SIGSEGV/ },
  { workers: "2", fault: CRASHES, reason: /by SIGSEGV/ },
  { workers: "1", fault: MISSING, reason: /native binding/ },
])(
  "falls back to argon2 with one warning, $workers processes, $reason",
  async ({ workers, fault, reason }) => {
    const server = await start({ WORKERS: workers, METRICS_PORT: "0", ...fault });
    await registered(server.url);
    const [, metrics = ""] = /^ {2}metrics {2}(\S+)$/m.exec(server.output()) ?? [];
    const { series } = parseMetrics(await (await fetch(metrics)).text());
    expect([...series].filter(([name]) => name.startsWith("connect_auth_hash_implementation_info"))).toEqual([
      ['connect_auth_hash_implementation_info{package="argon2"}', 1],
    ]);
    await server.end();
    expect(server.output()).toMatch(/^ {2}hashing {2}argon2$/m);
    const warnings = server.output().match(/^warning: Passwords .*$/gm);
    expect(warnings).toEqual([expect.stringMatching(reason)]);
  },
);

it("does not start with a binary that was asked for and cannot be used", async () => {
  for (const WORKERS of ["1", "2"]) {
    const env = { DATA_DIR: join(directory.path, "none"), PASSWORD_HASHING: "node-rs", WORKERS, ...CRASHES };
    const { status, output } = await runToExit(env);
    expect(status).toBe(1);
    expect(output).toMatch(/^Passwords cannot be hashed by @node-rs\/argon2: .*SIGSEGV$/m);
    expect(output).toMatch(/^Run `npm ci` again .*PASSWORD_HASHING/m);
  }
});
