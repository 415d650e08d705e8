import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./project.ts";

/** The end of a program and its output. */
export interface Ran {
  readonly status: number | NodeJS.Signals;
  readonly output: string;
}

/** Runs a program to its end with only these variables. */
export async function run(
  command: readonly [program: string, ...args: string[]],
  { cwd = ROOT, env }: { cwd?: string; env: Record<string, string> },
): Promise<Ran> {
  const [program, ...args] = command;
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  const status = await new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? signal ?? 0));
  });
  return { status, output };
}

/** Runs a program and resolves to its output. @throws Error for a status other than 0 */
export async function mustRun(...[command, options]: Parameters<typeof run>): Promise<string> {
  const { status, output } = await run(command, options);
  if (status !== 0) throw new Error(`${command.join(" ")} ended with ${status}:\n${output}`);
  return output;
}

/** Runs a program that starts others in a group of its own, so that a key on a terminal reaches all of them. */
export const IN_A_GROUP = "setsid";

/** Sends SIGINT to its process group, as Ctrl-C does. Resolves once the whole group has ended. */
export async function pressCtrlC({ child }: { child: ChildProcess }): Promise<void> {
  const ended = once(child, "close");
  process.kill(-(child.pid as number), "SIGINT");
  await ended;
}

/** The variables of a new user: an empty home and no npm cache. */
export function newcomer(home: string): Record<string, string> {
  mkdirSync(home, { recursive: true });
  const path = `${dirname(process.execPath)}:${process.env.PATH ?? ""}`;
  return { ...registryOf(process.env), HOME: home, npm_config_cache: join(home, "npm-cache"), PATH: path };
}

/** The variables that tell npm its registry and proxy. */
function registryOf(env: NodeJS.ProcessEnv): Record<string, string> {
  const isOne = (name: string) =>
    /^(npm_config_)?(registry|(https?|no)_proxy|cafile)$|^NODE_EXTRA_CA_CERTS$/i.test(name);
  return Object.fromEntries(Object.entries(env).filter(([name]) => isOne(name))) as Record<string, string>;
}
