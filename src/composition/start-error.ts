/** Why the service cannot start, and what whoever runs it can do. */
export class StartError extends Error {
  override readonly name = "StartError";

  constructor(what: string, advice: string, cause?: unknown) {
    super(`${what}\n${advice}`, { cause });
  }
}
