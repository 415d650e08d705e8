import { createInterface } from "node:readline";
import { createInterface as createPromises } from "node:readline/promises";
import { Writable } from "node:stream";
import type { Command } from "commander";
import { UsageError } from "./usage-error.ts";

/** Questions to the user of a command. They go to standard error, because standard output is for results. */

export interface PasswordOptions {
  readonly passwordStdin?: true;
}

export const PASSWORD_STDIN = [
  "--password-stdin",
  "take the password from standard input, without the final line end",
] as const;

/** More than the longest password. */
const MAX_BYTES = 4_096;

/**
 * Reads a new password: typed twice on a terminal without echo, or all of standard input. Never an argument or
 * a variable, which others on the machine may see.
 */
export async function newPassword(command: Command, { passwordStdin }: PasswordOptions): Promise<string> {
  const { isTTY } = process.stdin;
  if (passwordStdin && isTTY) {
    return command.error("error: standard input is a terminal: leave out --password-stdin to be asked");
  }
  if (passwordStdin) return readAll(command);
  if (!isTTY) {
    return command.error(
      "error: there is no terminal to ask for the password: give it with --password-stdin",
    );
  }
  const [first, second] = await askHidden(["New password: ", "The same again: "]);
  if (first === undefined || second === undefined) return command.error("error: no password was given");
  if (first !== second) return command.error("error: the two are not the same");
  return first;
}

async function readAll(command: Command): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_BYTES) break;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)).replace(/\r?\n$/, "");
  } catch {
    return command.error("error: the password on standard input is not UTF-8");
  }
}

/** Asks each question without echo. After Ctrl-C or Ctrl-D, this and all further answers are `undefined`. */
async function askHidden(questions: readonly string[]): Promise<(string | undefined)[]> {
  // the interface disables the terminal's own echo, and its output goes nowhere
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 });
  // one iterator for all questions, so that text typed ahead is not lost
  const typed = lines[Symbol.asyncIterator]();
  const answers: (string | undefined)[] = [];
  for (const question of questions) {
    process.stderr.write(question);
    const { value, done } = await typed.next();
    process.stderr.write("\n");
    if (done) break;
    answers.push(value);
  }
  lines.close();
  return answers;
}

/** Whether the user at the terminal types `yes`. */
export async function confirms(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, historySize: 0 });
  return new Promise((resolve) => {
    lines.once("close", () => resolve(false));
    lines.question(question, (answer) => {
      resolve(answer.trim().toLowerCase() === "yes");
      lines.close();
    });
  });
}

/**
 * Asks a question on the terminal. @throws UsageError with `otherwise` as its message if there is no terminal
 */
export async function askOnTerminal(question: string, otherwise: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) throw new UsageError(otherwise);
  const terminal = createPromises({ input: stdin, output: stderr });
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
}
