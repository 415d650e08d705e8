/** Why the service cannot start, and what whoever runs it can do. */
export class StartError extends Error {
  override readonly name = "StartError";

  constructor(what: string, advice: string, cause?: unknown) {
    super(`${what}\n${advice}`, { cause });
  }
}

/** What went wrong, and behind it why, on one line. */
export function reasonsOf({ message, cause }: Error): string {
  return cause instanceof Error && !message.includes(cause.message)
    ? `${message} (${cause.message})`
    : message;
}
