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

export const passwordBody = z.strictObject({ current_password: filled, new_password: filled });

export const deleteBody = z.strictObject({ password: filled });

export const profileBody = z.strictObject({
  username: filled.optional(),
  email: filled.optional(),
  password: filled,
});

export const addressBody = z.strictObject({ email: filled });

/** The token is the text in a mailed link. */
export const linkBody = z.strictObject({ token: filled });
export const resetBody = z.strictObject({ token: filled, new_password: filled });

/** Unknown parameters are ignored at the OAuth endpoints, as RFC 6749, section 3.1, demands. */
export const introspectBody = z.object({ token: filled, token_type_hint: z.string().optional() });

/** The hint only saves work (RFC 7009, section 2.1): the token itself says what it is. */
export const revokeBody = z.object({ token: filled });
