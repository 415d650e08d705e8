import { EXIT_CONFIG } from "../settings/config.ts";

/** Why the service cannot start, and what the operator can do. */
export class StartError extends Error {
  override readonly name: string = "StartError";
  /** The exit status of the process. */
  readonly status: number = 1;

  constructor(what: string, advice: string, cause?: unknown) {
    super(`${what}\n${advice}`, { cause });
  }
}

/** The same where another start fails alike until an operator does something, so that supervisors need not try. */
export class LastingStartError extends StartError {
  override readonly name = "LastingStartError";
  override readonly status = EXIT_CONFIG;
}

/** Why the service cannot listen where its settings say. */
export function noPort(host: string, port: number, error: Error): StartError {
  return new StartError(
    `Cannot listen on ${host}:${port}: ${error.message}`,
    "Choose another HOST or PORT, or stop what listens there.",
    error,
  );
}

/** What went wrong, and behind it why, on one line. */
export function reasonsOf({ message, cause }: Error): string {
  return cause instanceof Error && !message.includes(cause.message)
    ? `${message} (${cause.message})`
    : message;
}
