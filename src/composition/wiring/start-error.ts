import { EXIT_CONFIG } from "../settings/config.ts";

/** Says why the service cannot start and what the operator can do. */
export class StartError extends Error {
  override readonly name: string = "StartError";
  /** The exit status of the process. */
  readonly status: number = 1;

  constructor(what: string, advice: string, cause?: unknown) {
    super(`${what}\n${advice}`, { cause });
  }
}

/** A start error that recurs until an operator acts, so that supervisors need not retry. */
export class LastingStartError extends StartError {
  override readonly name = "LastingStartError";
  override readonly status = EXIT_CONFIG;
}

/** The error for an address that the service cannot listen on. */
export function noPort(host: string, port: number, error: Error): StartError {
  return new StartError(
    `Cannot listen on ${host}:${port}: ${error.message}`,
    "Choose another HOST or PORT, or stop the program that listens there.",
    error,
  );
}

/** `message (message of the cause)`, or the message alone if it contains that of the cause. */
export function reasonsOf({ message, cause }: Error): string {
  return cause instanceof Error && !message.includes(cause.message)
    ? `${message} (${cause.message})`
    : message;
}
