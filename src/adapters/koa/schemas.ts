import { z } from "zod";

const NOT_UNICODE = /\uFFFD|\p{Surrogate}/u;

/** Any text but none, if it is Unicode: U+FFFD stands where bytes were not. */
const filled = z
  .string()
  .min(1)
  .refine((text) => !NOT_UNICODE.test(text), "Must be Unicode text");

/** Unknown fields are ignored here, as the app's front end was used to. */
export const registerBody = z.object({ username: filled, email: filled, password: filled });

/** Exactly one of email and username, which the use case checks. */
export const loginBody = z.object({
  email: filled.optional(),
  username: filled.optional(),
  password: filled,
});
