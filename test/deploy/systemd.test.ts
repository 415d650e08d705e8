import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EXIT_CONFIG, readConfig, readSettings } from "../../src/composition/settings/config.ts";
import { ROOT, read } from "../support/project.ts";
import { temporaryDirectory } from "../support/server-process.ts";
import { pairs, unit, unknownVariables, valuesOf } from "./files.ts";

const UNIT = "deploy/connect-auth.service";
const DROP_IN = "deploy/connect-auth-mongodb.conf";
const service = unit(UNIT);
const one = (name: string) => valuesOf(service, name).join();
const variables = pairs(
  read("deploy/connect-auth.env")
    .split("\n")
    .filter((line) => /^\w/.test(line)),
);

/** Directives since systemd 254. Older versions ignore them with a warning. */
const NEWER = ["RestartSteps", "RestartMaxDelaySec"];
const hasAnalyze = spawnSync("systemd-analyze", ["--version"]).status === 0;
if (!hasAnalyze) console.log("Skipped: systemd's own look at the unit, for want of systemd-analyze.");

/** Checks the text of the unit. It does not run here, for want of systemd. */
describe("the systemd unit", () => {
  it("gives the service settings that it takes", () => {
    const own = pairs(valuesOf(service, "Environment"));
    expect(unknownVariables({ ...own, ...variables })).toEqual([]);
    expect(one("EnvironmentFile")).toBe("/etc/connect-auth/connect-auth.env");
    expect(own.DATA_DIR).toBe(`%S/${one("StateDirectory")}`);
    const { faults, warnings } = readSettings({ ...own, ...variables });
    expect([faults, warnings]).toEqual([[], []]);
  });

  it("hands secrets over as credentials, under the names that the settings read", () => {
    const dropIn = unit(DROP_IN);
    const files = pairs(valuesOf(dropIn, "Environment"));
    expect(unknownVariables(files)).toEqual([]);
    expect(Object.keys(files)).toEqual(["MONGO_URI_FILE", "SECRET_KEY_FILE"]);
    const credentials = valuesOf(dropIn, "LoadCredential").map((line) => line.split(":")[0]);
    expect(Object.values(files)).toEqual(credentials.map((name) => `%d/${name}`));
  });

  it("starts the program, and does not start it again where that is of no use", () => {
    const { bin } = JSON.parse(read("package.json"));
    expect(one("ExecStart")).toBe(`/usr/bin/node ${bin["connect-auth"]} serve`);
    expect(one("Restart")).toBe("on-failure");
    expect(one("RestartPreventExitStatus")).toBe(String(EXIT_CONFIG));
  });

  it("waits for a stop as long as one may take", () => {
    const { SHUTDOWN_GRACE } = readConfig(variables);
    expect(Number.parseInt(one("TimeoutStopSec"), 10) * 1_000).toBeGreaterThan(SHUTDOWN_GRACE + 10_000);
  });

  it("runs as the user that sysusers makes", () => {
    const [line = ""] = read("deploy/connect-auth.sysusers")
      .split("\n")
      .filter((each) => each.startsWith("u "));
    expect(line.split(" ")[1]).toBe(one("User"));
    expect(one("User")).toBe(one("Group"));
  });

  it.runIf(hasAnalyze)("has no fault that systemd finds, with and without its drop-in", () => {
    const place = temporaryDirectory();
    const path = join(place.path, "connect-auth.service");
    copyFileSync(join(ROOT, UNIT), path);
    mkdirSync(`${path}.d`);
    copyFileSync(join(ROOT, DROP_IN), join(`${path}.d`, "mongodb.conf"));
    const { stderr } = spawnSync("systemd-analyze", ["verify", path], { encoding: "utf8" });
    const known = (line: string) =>
      line.startsWith(place.path) && NEWER.some((name) => line.includes(`'${name}'`));
    // it may also report on other units of this machine
    const own = stderr.split("\n").filter((line) => line.includes("connect-auth") && !known(line));
    // Node may be elsewhere on this machine
    expect(own.filter((line) => !line.includes("/usr/bin/node is not executable"))).toEqual([]);
    const args = ["security", "--offline=yes", "--threshold=20", path];
    expect(spawnSync("systemd-analyze", args, { encoding: "utf8" })).toMatchObject({ status: 0 });
    place.remove();
  });
});
