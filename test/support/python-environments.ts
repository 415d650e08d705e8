import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type PythonEnvironment, SCRIPTS, variableOf } from "./python.ts";

const run = promisify(execFile);
const ENVIRONMENTS: PythonEnvironment[] = ["flask-jwt-3", "flask-jwt-4", "verifiers"];
const CACHE = join(tmpdir(), `connect-auth-python-${userInfo().uid}`);
/** The older one first: the old server's packages know no Python after 3.11. */
const INTERPRETERS = ["python3.11", "python3"];

/**
 * Prepares the virtual environments for this run of the tests, and puts their interpreters where python.ts looks for
 * them. Makes one from PyPI unless an earlier run has left it. Runs before the tests, so that it does not slow down
 * those that compare times.
 */
export async function setup(): Promise<void> {
  await Promise.all(ENVIRONMENTS.map(provide));
}

async function provide(name: PythonEnvironment): Promise<void> {
  const variable = variableOf(name);
  if (process.env[variable]) return;
  try {
    process.env[variable] = await prepareEnvironment(name, join(SCRIPTS, `${name}.requirements.txt`));
  } catch (error) {
    const reason = inOneLine(error);
    if (process.env.CI) throw new Error(`There is no Python environment ${name} for the tests: ${reason}`);
    console.log(`Skipped: all tests that need the Python environment ${name}, for want of it: ${reason}`);
  }
}

/** Resolves to the interpreter of an environment that has what a file of requirements asks for. */
export async function prepareEnvironment(name: string, requirements: string): Promise<string> {
  const [interpreter, version] = await findInterpreter();
  const hash = createHash("sha256").update(version).update(readFileSync(requirements)).digest("hex");
  const location = join(CACHE, `${name}-${hash.slice(0, 16)}`);
  if (!existsSync(location)) await make(location, interpreter, requirements);
  return join(location, "bin/python");
}

async function findInterpreter(): Promise<[path: string, version: string]> {
  for (const interpreter of INTERPRETERS) {
    const found = await run(interpreter, ["-VV"]).catch(() => undefined);
    if (found) return [interpreter, found.stdout];
  }
  throw new Error(`none of ${INTERPRETERS.join(", ")} is on the PATH`);
}

/** Makes it aside and moves it into place, so that one of several concurrent runs wins. */
async function make(location: string, interpreter: string, requirements: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true, mode: 0o700 });
  const aside = mkdtempSync(join(CACHE, "making-"));
  try {
    await run(interpreter, ["-m", "venv", aside]);
    const install = ["-m", "pip", "install", "-qq", "--retries", "1", "-r", requirements];
    await run(join(aside, "bin/python"), install);
    renameSync(aside, location);
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    if (!existsSync(location)) throw error;
  }
}

/** The error output of the command, which tells more than its failure. */
function inOneLine(error: unknown): string {
  const { stdout, stderr, message } = error as Error & { stdout?: string; stderr?: string };
  return (stderr || stdout || message).trim().replace(/\s+/g, " ").slice(0, 500);
}
