import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { type ServerProcess, startProgram } from "./server-process.ts";

/** A list of requirements in test/support/flask. */
export type PythonEnvironment = "flask-jwt-3" | "flask-jwt-4" | "verifiers";

export const SCRIPTS = new URL("./flask/", import.meta.url).pathname;

/** The variable that names the environment's interpreter; unset where there is none. */
export function variableOf(name: PythonEnvironment): string {
  return `TEST_PYTHON_${name.replaceAll("-", "_").toUpperCase()}`;
}

/** For skipping what needs the environment; where it is missing, a line has said why. */
export function hasPython(name: PythonEnvironment): boolean {
  return interpreterOf(name) !== undefined;
}

/** Runs a script of test/support/flask with this on its standard input, and resolves to what it printed. */
export async function runPython(name: PythonEnvironment, script: string, input = ""): Promise<string> {
  const [program, ...args] = command(name, script);
  const running = promisify(execFile)(program, args, { env: variables({}), maxBuffer: 1e8 });
  running.child.stdin?.end(input);
  return (await running).stdout;
}

/** Starts a server of test/support/flask with these variables; resolves once it says where it listens. */
export function startPython(
  name: PythonEnvironment,
  script: string,
  env: Record<string, string>,
): Promise<ServerProcess> {
  return startProgram(command(name, script), variables(env));
}

function interpreterOf(name: PythonEnvironment): string | undefined {
  return process.env[variableOf(name)] || undefined;
}

function command(name: PythonEnvironment, script: string): [program: string, script: string] {
  const interpreter = interpreterOf(name);
  if (interpreter === undefined) throw new Error(`There is no Python environment ${name}`);
  return [interpreter, join(SCRIPTS, script)];
}

/** Nothing from this process but the path, and no compiled files among the sources. */
function variables(env: Record<string, string>): Record<string, string> {
  return { PATH: process.env.PATH ?? "", PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1", ...env };
}
