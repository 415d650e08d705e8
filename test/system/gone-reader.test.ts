import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FREE_AND_CHEAP, MAIN, startServer } from "../support/server-process.ts";

const folder = mkdtempSync(join(tmpdir(), "gone-reader-"));
const env = { DATA_DIR: join(folder, "data"), ...FREE_AND_CHEAP };

// commands do not create a store
beforeAll(async () => {
  const server = await startServer(env);
  await server.end();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const OUTPUT = join(dirname(MAIN), "adapters/cli/output.js");

/** Runs a command with one stream closed by its reader. Resolves to its status and the output of the other. */
function unread(stream: "stdout" | "stderr", args: readonly string[]) {
  return unreadProgram(stream, [MAIN, ...args]);
}

async function unreadProgram(stream: "stdout" | "stderr", args: readonly string[]) {
  const child = spawn(process.execPath, args, {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH ?? "", ...env },
  });
  child[stream].destroy();
  child.stdin.end();
  let other = "";
  child[stream === "stdout" ? "stderr" : "stdout"].on("data", (chunk) => {
    other += chunk;
  });
  // a command that goes on must not outlive its test
  const killing = setTimeout(() => child.kill("SIGKILL"), 15_000);
  const [status, signal] = await once(child, "close");
  clearTimeout(killing);
  return { status: signal ?? status, other };
}

describe("a command whose reader is gone ends quietly", () => {
  it.each([
    [["--help"]],
    [["user", "--help"]],
    [["events", "--help"]],
    [["--version"]],
    [["user", "list"]],
    [["user", "list", "--json"]],
    [["events"]],
    [["events", "--json"]],
    [["keys", "list"]],
    [["config"]],
    [["config", "--json"]],
  ])("%j", async (args) => {
    expect(await unread("stdout", args)).toEqual({ status: 0, other: "" });
  });

  it.each([
    [["--bogus"], 2],
    [["user", "disable", "nobody"], 1],
  ])("with its fault told nobody: %j", async (args, status) => {
    expect(await unread("stderr", args)).toEqual({ status, other: "" });
  });
});

it.each([
  "for await (const n of whileRead(forever())) printJson(n)",
  "await printRows(forever(), (n) => [String(n)])",
])("what would print for ever ends: %s", async (loop) => {
  const program = `
      import { printJson, printRows, whileRead } from ${JSON.stringify(OUTPUT)};
      process.stdout.on("error", () => {});
      async function* forever() {
        for (let n = 0; ; n += 1) {
          yield n;
          await new Promise(setImmediate);
        }
      }
      ${loop};`;
  const args = ["--input-type=module", "--eval", program];
  expect(await unreadProgram("stdout", args)).toEqual({ status: 0, other: "" });
});
