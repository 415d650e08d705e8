import { type ChildProcess, spawn } from "node:child_process";
import { MAIN } from "./server-process.ts";

export interface CliRun {
  readonly child: ChildProcess;
  /** Standard error so far. */
  errors(): string;
  readonly ended: Promise<{
    readonly status: number | NodeJS.Signals;
    readonly out: string;
    readonly errors: string;
  }>;
}

/** Runs the command line with these variables and nothing from this process but the path. */
export function runCli(args: readonly string[], env: Record<string, string>): CliRun {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, errors] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const ended = new Promise<Awaited<CliRun["ended"]>>((resolve) => {
    child.once("close", (code, signal) => resolve({ status: code ?? signal ?? 0, out, errors }));
  });
  return { child, errors: () => errors, ended };
}
