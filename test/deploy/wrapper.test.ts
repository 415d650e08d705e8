import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT, read } from "../support/project.ts";
import {
  FREE_AND_CHEAP,
  type ServerProcess,
  startServer,
  temporaryDirectory,
} from "../support/server-process.ts";
import { pairs, unit, valuesOf } from "./files.ts";

const WRAPPER = read("deploy/connect-auth");
const service = unit("deploy/connect-auth.service");
const one = (name: string) => valuesOf(service, name).join();

describe("deploy/connect-auth", () => {
  it("has user, directory, settings, data and secrets of the unit", () => {
    const [node = "", main = ""] = one("ExecStart").split(" ");
    const own = pairs(valuesOf(service, "Environment"));
    const credentials = pairs(
      valuesOf(unit("deploy/connect-auth-mongodb.conf"), "LoadCredential").map((each) =>
        each.replace(":", "="),
      ),
    );
    expect(WRAPPER).toContain(`runuser -u ${one("User")} `);
    expect(WRAPPER).toContain(`cd ${one("WorkingDirectory")}\n`);
    expect(WRAPPER).toContain(`${node} -- ${main} "$@"`);
    expect(WRAPPER).toContain(`DATA_DIR=${own.DATA_DIR?.replace("%S", "/var/lib")} `);
    const files = { etc: "/etc/connect-auth", ...credentials, env: one("EnvironmentFile") };
    for (const path of Object.values(files)) expect(WRAPPER.replaceAll("$etc", files.etc)).toContain(path);
  });
});

/** Run with the test's directories in place of those of the machine, and as the user of the test. */
describe("a command by deploy/connect-auth", () => {
  const place = temporaryDirectory();
  const at = (name: string) => join(place.path, name);
  const settings = "ISSUER=https://auth.example.org\nPASSWORD_MIN_LENGTH=20\n";
  const script = (name: string, text: string) => {
    writeFileSync(at(name), `#!/bin/sh\n${text}`);
    chmodSync(at(name), 0o755);
  };
  let server: ServerProcess;
  beforeAll(async () => {
    for (const name of ["bin", "etc"]) mkdirSync(at(name));
    script("bin/id", "echo 0");
    script("bin/runuser", 'shift 3\nexec "$@"');
    const cheap = Object.entries(FREE_AND_CHEAP).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(at("etc/connect-auth.env"), settings + cheap.join(""));
    const here = WRAPPER.replaceAll("/opt/connect-auth", ROOT)
      .replaceAll("/etc/connect-auth", at("etc"))
      .replaceAll("/var/lib/connect-auth", at("data"))
      .replaceAll("/usr/bin/node", process.execPath);
    script("connect-auth", here.slice(here.indexOf("\n") + 1));
    server = await startServer({ DATA_DIR: at("data"), CONNECT_AUTH_ENV_FILE: at("etc/connect-auth.env") });
  });
  afterAll(async () => {
    await server.end();
    place.remove();
  });
  const run = (args: string[], input = "") =>
    spawnSync(at("connect-auth"), args, {
      cwd: place.path,
      input,
      encoding: "utf8",
      // the operator's variables must not reach the service
      env: { PATH: `${at("bin")}:/usr/bin:/bin`, DATA_DIR: at("stray"), ISSUER: "http://other", PORT: "x" },
    });

  it("has the service's settings and store, not those of the caller", () => {
    const create = ["user", "create", "--username", "Ada", "--email", "ada@example.com", "--password-stdin"];
    expect(run(create, "correct horse")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("at least 20 characters"),
    });
    expect(run(create, "correct horse battery staple")).toMatchObject({
      status: 0,
      stderr: "connect-auth: DATA_DIR of your shell is not used, but the service's settings\n",
    });
    const { stdout, status } = run(["user", "reset-link", "ada"]);
    expect([status, stdout]).toEqual([0, expect.stringContaining("/reset-password?token=")]);
    expect(run(["config"]).stdout).toMatch(/^ISSUER +https:\/\/auth\.example\.org +\S*connect-auth\.env$/m);
  });

  it("finds the data where the file says, as the unit does", () => {
    writeFileSync(at("etc/connect-auth.env"), `${settings}DATA_DIR=${at("moved")}\n`);
    expect(run(["user", "list"])).toMatchObject({ status: 78, stderr: expect.stringContaining(at("moved")) });
  });
});
