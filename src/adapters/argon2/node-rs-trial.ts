import { type ExecFileException, execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";

const PACKAGE = "@node-rs/argon2";

/** Loads the package at the path of its first argument, makes a hash, verifies it, and says so. */
const SCRIPT = `
(async () => {
  const { hash, verify } = require(process.argv[1]);
  const phc = await hash("a password", { memoryCost: 64, timeCost: 1, parallelism: 2 });
  if (!(await verify(phc, "a password")) || (await verify(phc, "another"))) throw new Error("it hashes wrongly");
  process.stdout.write("hashed");
})().catch(({ message }) => {
  console.error(message);
  process.exit(1);
});
`;

/**
 * The variables that the trial gets: those by which binaries are found and loaded. It gets no secrets, since a
 * process that crashes may leave its memory in a file.
 */
const VARIABLES = /^(PATH|SYSTEMROOT|GLIBC_TUNABLES|(LD|DYLD|NAPI_RS)_\w+)$/i;

const DEADLINE_MS = 10_000;

/** Limits the processor time to 5 s, which also ends a trial that hangs after this process was killed. */
const LIMITED = ["-c", 'ulimit -t 5; exec "$@"', "sh"];
const SHELL = "/bin/sh";
const MAX_REASON_LENGTH = 300;

/** Options of a trial. */
export interface TrialOptions {
  /** Ends the trial. */
  readonly signal?: AbortSignal | undefined;
  readonly env?: NodeJS.ProcessEnv;
  readonly deadlineMs?: number;
}

/**
 * Tries the package `@node-rs/argon2` in a process of its own, since a binary that does not fit this machine can
 * end the process that loads it. Resolves to the reason why it cannot be used, or `undefined` if it can be.
 */
export function nodeRsFault(options: TrialOptions = {}): Promise<string | undefined> {
  const { signal, env = process.env, deadlineMs = DEADLINE_MS } = options;
  let path: string;
  try {
    path = createRequire(import.meta.url).resolve(PACKAGE);
  } catch {
    return Promise.resolve("it is not installed");
  }
  const run = {
    env: Object.fromEntries(Object.entries(env).filter(([name]) => VARIABLES.test(name))),
    timeout: deadlineMs,
    killSignal: "SIGKILL",
    signal,
  } as const;
  return new Promise((resolve) => {
    try {
      const command = [process.execPath, "--eval", SCRIPT, path] as const;
      const [file, ...args] = existsSync(SHELL) ? ([SHELL, ...LIMITED, ...command] as const) : command;
      execFile(file, args, run, (error, stdout, stderr) => {
        if (error) resolve(reasonOf(error, stderr, deadlineMs));
        else resolve(stdout === "hashed" ? undefined : "a trial process ended before it had hashed");
      });
    } catch (error) {
      // a process may not be allowed to start others
      resolve((error as Error).message);
    }
  });
}

function reasonOf({ code, signal, killed, message }: ExecFileException, stderr: string, deadlineMs: number) {
  if (killed) return `a trial took longer than ${deadlineMs} ms`;
  if (signal) return `it ended a trial process by ${signal}`;
  if (typeof code !== "number") return message;
  const [line = ""] = stderr.trim().split("\n");
  return line.slice(0, MAX_REASON_LENGTH) || `it ended a trial process with status ${code}`;
}
