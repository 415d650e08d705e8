/** Wrong usage of a command. The message says how to call it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
