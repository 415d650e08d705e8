import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { logRecorder, recordSettings } from "./log-record.ts";

/** The built program. */
export const MAIN = new URL("../../dist/main.js", import.meta.url).pathname;

/** Cheap hashing and no limits, for tests that are not about those. */
export const FREE_AND_CHEAP = { ARGON2_MEMORY_KIB: "64", ARGON2_PASSES: "1", LOGIN_THROTTLE: "off" };

/** A server as a separate process: the service or another server. */
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

/** The service's program and its variables: of this process only the path. All is logged and recorded. */
const SERVICE: Command = [process.execPath, MAIN];
function variables(env: Record<string, string>) {
  recordSettings(env);
  return { PATH: process.env.PATH ?? "", PORT: "0", LOG_LEVEL: "trace", SHUTDOWN_GRACE: "0s", ...env };
}

type Command = readonly [program: string, ...args: string[]];

function launch([program, ...args]: Command, env: Record<string, string>, cwd: string) {
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
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

/** Resolves once the service prints its address. `under`: a command that starts the program. */
export function startServer(
  env: Record<string, string>,
  cwd = tmpdir(),
  under: readonly string[] = [],
): Promise<ServerProcess> {
  return startProgram([...under, ...SERVICE] as unknown as Command, variables(env), cwd);
}

/** Starts any program with only these variables. Resolves once it prints "listens on" and a URL. */
export async function startProgram(
  command: Command,
  env: Record<string, string>,
  cwd = tmpdir(),
): Promise<ServerProcess> {
  const { child, exited, output } = launch(command, env, cwd);
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

/** Runs the service until it ends by itself or by `meanwhile`. */
export async function runToExit(
  env: Record<string, string>,
  cwd = tmpdir(),
  meanwhile: (child: ChildProcess) => unknown = () => {},
): Promise<Exited> {
  const { child, exited, output } = launch(SERVICE, variables(env), cwd);
  await meanwhile(child);
  return { status: await exited, output: output() };
}

/** A temporary directory, and a function that removes it. */
export function temporaryDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "connect-auth-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
