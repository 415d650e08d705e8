import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { nodeRsFault } from "../../../src/adapters/argon2/node-rs-trial.ts";
import { temporaryDirectory } from "../../support/server-process.ts";

const { path: directory, remove } = temporaryDirectory();
afterAll(remove);

/** The variable that makes the package load this module as its binary. */
function binary(name: string, source: string): NodeJS.ProcessEnv {
  const path = join(directory, `${name}.cjs`);
  writeFileSync(path, source);
  return { ...process.env, NAPI_RS_NATIVE_LIBRARY_PATH: path };
}

it("finds no fault in the binary for this machine", async () => {
  expect(await nodeRsFault()).toBeUndefined();
});

it.each([
  ["crashes the process", 'process.kill(process.pid, "SIGSEGV"); for (;;);', /by SIGSEGV/],
  ["uses an instruction that is missing", 'process.kill(process.pid, "SIGILL"); for (;;);', /by SIGILL/],
  ["aborts", "process.abort();", /by SIGABRT/],
  ["ends the process", "process.exit(3);", /status 3/],
  ["ends the process as if all were well", "process.exit(0);", /before it had hashed/],
  ["does nothing", "exports.hash = () => new Promise(() => {});", /before it had hashed/],
  ["cannot be loaded", 'throw new Error("wrong ELF class");', /\S/],
  ["fails to hash", 'exports.hash = async () => { throw new Error("no memory"); };', /^no memory$/],
  [
    "fails with much to say",
    'exports.hash = async () => { throw new Error("m".repeat(9_000)); };',
    /^m{300}$/,
  ],
  ["accepts all passwords", 'exports.hash = async () => ""; exports.verify = async () => true;', /wrongly/],
  ["refuses all passwords", 'exports.hash = async () => ""; exports.verify = async () => false;', /wrongly/],
])("finds out a binary that %s", async (_, source, reason) => {
  expect(await nodeRsFault({ env: binary("faulty", source) })).toMatch(reason);
});

it("finds out a binary that never finishes", async () => {
  const endless = binary("endless", "for (;;);");
  expect(await nodeRsFault({ env: endless, deadlineMs: 1_000 })).toMatch(/longer than 1000 ms/);
});

it("a trial that hangs ends without its parent, after 5 s of processor time", async () => {
  const fault = await nodeRsFault({ env: binary("endless", "for (;;);"), deadlineMs: 60_000 });
  expect(fault).toMatch(/by SIG(XCPU|KILL)/);
}, 60_000);

it("ends the trial when it is told to", async () => {
  const ending = new AbortController();
  const fault = nodeRsFault({ env: binary("endless", "for (;;);"), signal: ending.signal });
  ending.abort();
  expect(await fault).toMatch(/abort/i);
});

it("gives the trial no secrets and none of Node's options", async () => {
  const source = "exports.hash = async () => { throw new Error(Object.keys(process.env).sort().join()); };";
  const env = {
    ...binary("telling", source),
    SECRET_KEY: "secret",
    NODE_OPTIONS: "--bad",
    LD_LIBRARY_PATH: "/lib",
  };
  expect(await nodeRsFault({ env })).toBe("LD_LIBRARY_PATH,NAPI_RS_NATIVE_LIBRARY_PATH,PATH,PWD");
});
