/** What was typed cannot be done as it stands; the message says what to type. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
