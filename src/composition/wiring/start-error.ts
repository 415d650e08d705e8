/** Why the service cannot start, and what the operator can do. */
export class StartError extends Error {
  override readonly name = "StartError";

  constructor(what: string, advice: string, cause?: unknown) {
    super(`${what}\n${advice}`, { cause });
  }
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
