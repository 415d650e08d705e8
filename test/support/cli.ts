import { spawn, spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { MAIN } from "./server-process.ts";

export interface CliAnswer {
  readonly status: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command with this text as its standard input, which is not a terminal. */
export function runCli(
  env: Record<string, string>,
  args: readonly string[],
  input = "",
  cwd = tmpdir(),
): Promise<CliAnswer> {
  return startCli(env, args, input, cwd).ended;
}

/** The same, without waiting for its end. */
export function startCli(env: Record<string, string>, args: readonly string[], input = "", cwd = tmpdir()) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { PATH: process.env.PATH ?? "", ...env },
  });
  return { child, ended: collect(child, { input }) };
}

/** Whether a command can be run on a pseudo-terminal, by util-linux's `script`. */
export const hasTerminals = spawnSync("script", ["--version"]).stdout?.includes("util-linux") ?? false;

/**
 * Runs a command on a pseudo-terminal, and types each answer once its question is shown. `stdout` holds the text of the
 * terminal.
 */
export function runOnTerminal(
  env: Record<string, string>,
  args: readonly string[],
  dialogue: readonly (readonly [question: string, answer: string])[],
): Promise<CliAnswer> {
  const quoted = [process.execPath, MAIN, ...args].map((arg) => `'${arg}'`).join(" ");
  const child = spawn("script", ["--quiet", "--return", "--command", quoted, "/dev/null"], {
    env: { PATH: process.env.PATH ?? "", TERM: "xterm", SHELL: "/bin/sh", ...env },
  });
  const open = [...dialogue];
  let unread = "";
  child.stdout.on("data", (chunk) => {
    unread += chunk;
    for (let next = open[0]; next && unread.includes(next[0]); next = open[0]) {
      unread = unread.slice(unread.indexOf(next[0]) + next[0].length);
      child.stdin.write(next[1]);
      open.shift();
    }
  });
  return collect(child, {});
}

function collect(
  child: ReturnType<typeof spawn>,
  { input }: { readonly input?: string },
): Promise<CliAnswer> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  // a command that refuses at once reads nothing
  child.stdin?.on("error", () => {});
  if (input !== undefined) child.stdin?.end(input);
  return new Promise((resolve) => {
    child.once("close", (code, signal) => {
      child.stdin?.end();
      resolve({ status: code ?? signal ?? 0, stdout, stderr });
    });
  });
}
