import { type ExecFileOptions, execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type ServerProcess, startProgram } from "./server-process.ts";

/** A list of requirements in test/support/flask. */
export type PythonEnvironment = "flask-jwt-3" | "flask-jwt-4";

const run = promisify(execFile);
const SCRIPTS = new URL("./flask/", import.meta.url).pathname;
const CACHE = join(tmpdir(), `connect-auth-python-${userInfo().uid}`);
/** The older one first: the old server's packages know no Python after 3.11. */
const INTERPRETERS = ["python3.11", "python3"];

/**
 * The interpreter of a virtual environment with these packages, made from PyPI unless an earlier run has left
 * it. `undefined` where it cannot be had, with a line that says why; where `CI` is set that is an error.
 */
export async function findPython(name: PythonEnvironment): Promise<string | undefined> {
  try {
    return await prepare(name);
  } catch (error) {
    const reason = inOneLine(error);
    if (process.env.CI) throw new Error(`There is no Python environment ${name} for the tests: ${reason}`);
    console.log(`Skipped: all tests that need the Python environment ${name}, for want of it: ${reason}`);
    return undefined;
  }
}

/** Runs a script of test/support/flask to its end and resolves to what it printed. */
export async function runPython(python: string, script: string): Promise<string> {
  const { stdout } = await run(python, [join(SCRIPTS, script)], { ...QUIET, env: environment({}) });
  return stdout;
}

/** Starts a server of test/support/flask with these variables; resolves once it says where it listens. */
export function startPython(
  python: string,
  script: string,
  env: Record<string, string>,
): Promise<ServerProcess> {
  return startProgram([python, join(SCRIPTS, script)], environment(env));
}

const QUIET: ExecFileOptions & { encoding: "utf8" } = { encoding: "utf8", maxBuffer: 1e8 };

/** Nothing from this process but the path, and no compiled files among the sources. */
function environment(env: Record<string, string>): Record<string, string> {
  return { PATH: process.env.PATH ?? "", PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1", ...env };
}

async function prepare(name: PythonEnvironment): Promise<string> {
  const requirements = join(SCRIPTS, `${name}.requirements.txt`);
  const [interpreter, version] = await findInterpreter();
  const hash = createHash("sha256").update(version).update(readFileSync(requirements)).digest("hex");
  const home = join(CACHE, `${name}-${hash.slice(0, 16)}`);
  if (!existsSync(home)) await make(home, interpreter, requirements);
  return join(home, "bin/python");
}

async function findInterpreter(): Promise<[path: string, version: string]> {
  for (const interpreter of INTERPRETERS) {
    const found = await run(interpreter, ["-VV"], QUIET).catch(() => undefined);
    if (found) return [interpreter, found.stdout];
  }
  throw new Error(`none of ${INTERPRETERS.join(", ")} is on the PATH`);
}

/** Made aside and moved into place whole: of several workers that make it at once, one's is kept. */
async function make(home: string, interpreter: string, requirements: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true, mode: 0o700 });
  const aside = mkdtempSync(join(CACHE, "making-"));
  try {
    await run(interpreter, ["-m", "venv", aside], QUIET);
    const install = ["-m", "pip", "install", "-qq", "--retries", "1", "-r", requirements];
    await run(join(aside, "bin/python"), install, QUIET);
    renameSync(aside, home);
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    if (!existsSync(home)) throw error;
  }
}

/** Their own words tell more than that the command failed. */
function inOneLine(error: unknown): string {
  const { stdout, stderr, message } = error as Error & { stdout?: string; stderr?: string };
  return (stderr || stdout || message).trim().replace(/\s+/g, " ").slice(0, 500);
}
