import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { logRecorder, recordSettings } from "./log-record.ts";

/** The program as it is built. */
export const MAIN = new URL("../../dist/main.js", import.meta.url).pathname;

/** Cheap hashing and no limits, for tests that are not about those. */
export const FREE_AND_CHEAP = { ARGON2_MEMORY_KIB: "64", ARGON2_PASSES: "1", LOGIN_THROTTLE: "off" };

/** The service as a process of its own, as people run it. */
export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  /** Standard output and standard error so far. */
  output(): string;
  /** Sends the signal and resolves to the exit status, or the signal that ended it. */
  end(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

export interface Exited {
  readonly status: number | NodeJS.Signals;
  readonly output: string;
}

/** Starts `dist/main.js` with these variables and nothing from this process but the path. All is logged and recorded. */
function launch(env: Record<string, string>, cwd: string) {
  recordSettings(env);
  const child = spawn(process.execPath, [MAIN], {
    cwd,
    env: { PATH: process.env.PATH ?? "", PORT: "0", LOG_LEVEL: "trace", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    const record = logRecorder();
    stream.on("data", (chunk) => {
      output += chunk;
      record(chunk);
    });
  }
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal ?? 0));
  });
  return { child, exited, output: () => output };
}

/** Resolves once the service says where it listens. */
export async function startServer(env: Record<string, string>, cwd = tmpdir()): Promise<ServerProcess> {
  const { child, exited, output } = launch(env, cwd);
  const address = new Promise<string>((resolve) => {
    child.stdout.on("data", () => {
      const found = /listens on (http:\S+)/.exec(output());
      if (found) resolve(found[1] as string);
    });
  });
  const url = await Promise.race([
    address,
    exited.then((status) => {
      throw new Error(`The server ended with ${status} before it listened:\n${output()}`);
    }),
  ]);
  return {
    url,
    child,
    output,
    end(signal = "SIGTERM") {
      child.kill(signal);
      return exited;
    },
  };
}

/** Runs the service where it is expected to refuse. */
export async function runToExit(env: Record<string, string>, cwd = tmpdir()): Promise<Exited> {
  const { exited, output } = launch(env, cwd);
  return { status: await exited, output: output() };
}

/** A directory of the test's own, and how to remove it. */
export function temporaryDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "connect-auth-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
