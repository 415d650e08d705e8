import { createInterface } from "node:readline";
import { createInterface as createPromises } from "node:readline/promises";
import { Writable } from "node:stream";
import type { Command } from "commander";
import { UsageError } from "./usage-error.ts";

/** What is asked of whoever runs a command. Questions go to standard error: standard output is the answer. */

export interface PasswordOptions {
  readonly passwordStdin?: true;
}

export const PASSWORD_STDIN = [
  "--password-stdin",
  "take the password from standard input, without the final line end",
] as const;

/** Longer than any password may be. */
const MOST_BYTES = 4_096;

/**
 * A new password: asked for twice on a terminal and never shown, or all of standard input. Never an argument
 * or a variable, which others on the machine may see.
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
    if (size > MOST_BYTES) break;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)).replace(/\r?\n$/, "");
  } catch {
    return command.error("error: the password on standard input is not UTF-8");
  }
}

/** An answer to each question, `undefined` from the one on that was left with Ctrl-C or Ctrl-D. */
async function askHidden(questions: readonly string[]): Promise<(string | undefined)[]> {
  // the interface takes the terminal's own echo away, and echoes into nothing
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 });
  // one iterator for all, so that nothing typed ahead is lost
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

/** Whether whoever sits at the terminal types `yes`. */
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

/** What whoever sits at the terminal answers. @throws UsageError, with what to say instead, where nobody does */
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
