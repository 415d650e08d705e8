import { z } from "zod";

const NOT_UNICODE = /\uFFFD|\p{Surrogate}/u;

/** Any text but none, if it is Unicode: U+FFFD stands where bytes were not. */
const filled = z
  .string()
  .min(1)
  .refine((text) => !NOT_UNICODE.test(text), "Must be Unicode text");

const username = filled.meta({
  description: "1 to 64 characters of one script, no `@`. Compared without regard to case.",
  example: "testUser",
});
const email = filled.meta({
  description: "A plain address. Compared without regard to case.",
  example: "test@user.com",
});
const password = filled.meta({
  description: "The password as it is, at most 1,024 bytes.",
  format: "password",
  example: "correct horse battery",
});
const newPassword = password.meta({
  description: "From 8 characters (PASSWORD_MIN_LENGTH) to 1,024 bytes.",
  example: "a better horse battery",
});
const linkToken = filled.meta({
  description: "The `token` parameter of the mailed link.",
  example: "x4RlZyTq…",
});

/** Unknown fields are ignored here, as the app's front end was used to. */
export const registerBody = z.object({ username, email, password: newPassword }).meta({ id: "Registration" });

/** Exactly one of email and username, which the use case checks. */
export const loginBody = z.object({ email: email.optional(), username: username.optional(), password }).meta({
  id: "Login",
  description: "Either `email` or `username`.",
  example: { email: "test@user.com", password: "correct horse battery" },
});

export const passwordBody = z
  .strictObject({ current_password: password, new_password: newPassword })
  .meta({ id: "PasswordChange" });

export const deleteBody = z.strictObject({ password }).meta({ id: "Deletion" });

export const profileBody = z
  .strictObject({ username: username.optional(), email: email.optional(), password })
  .meta({ id: "ProfileChange", description: "`username`, `email` or both." });

export const addressBody = z.strictObject({ email }).meta({ id: "Address" });

/** The token is the text in a mailed link. */
export const linkBody = z.strictObject({ token: linkToken }).meta({ id: "Verification" });
export const resetBody = z
  .strictObject({ token: linkToken, new_password: newPassword })
  .meta({ id: "PasswordReset" });

const anyToken = filled.meta({
  description: "An access or a refresh token.",
  example: "eyJhbGciOiJFUzI1NiIs…",
});

/** How an API names itself in a form (RFC 6749, section 2.3.1). */
export const clientBody = z.object({
  client_id: z.string().optional().meta({
    description: "With `client_secret`, in place of the Authorization header.",
    example: "courses",
  }),
  client_secret: z.string().optional().meta({ example: "at least 32 bytes, made at random" }),
});

/** Unknown parameters are ignored at the OAuth endpoints, as RFC 6749, section 3.1, demands. */
export const introspectBody = clientBody
  .extend({
    token: anyToken,
    token_type_hint: z.string().optional().meta({
      description: "`refresh_token`, or else only access tokens are active.",
      example: "access_token",
    }),
  })
  .meta({ id: "IntrospectionRequest" });

/** The hint only saves work (RFC 7009, section 2.1): the token itself says what it is. */
export const revokeBody = z.object({ token: anyToken }).meta({ id: "RevocationRequest" });
