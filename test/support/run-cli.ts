import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { MAIN } from "./server-process.ts";

export interface Ran {
  readonly status: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `connect-auth` with these variables and nothing from this process but the path. */
export function startCli(env: Record<string, string>, args: readonly string[], input = "") {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH ?? "", ...env },
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  // it may end before it has read all
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const ended = new Promise<Ran>((resolve) => {
    child.once("close", (code, signal) => resolve({ status: code ?? signal ?? 0, stdout, stderr }));
  });
  return { child, ended };
}

/** Runs `connect-auth` to its end. It has no terminal. */
export function runCli(env: Record<string, string>, args: readonly string[], input?: string): Promise<Ran> {
  return startCli(env, args, input).ended;
}
