import { z } from "zod";

/** Fields that several bodies and answers share. */

const NOT_UNICODE = /\uFFFD|\p{Surrogate}/u;

/**
 * Unicode text of at least one character. U+FFFD is refused because it stands for bytes that were not UTF-8.
 */
export const filled = z
  .string()
  .min(1)
  .refine((text) => !NOT_UNICODE.test(text), "Must be Unicode text");

export const username = filled.meta({
  description: "1 to 64 characters of one script, no `@`. Compared without regard to case.",
  example: "testUser",
});

export const email = filled.meta({
  description: "A plain address. Compared without regard to case.",
  example: "test@user.com",
});

export const password = filled.meta({
  description: "The password, used unchanged, at most 1,024 bytes.",
  format: "password",
  example: "correct horse battery",
});

/** The password of the account, for a change. */
export const presentPassword = password.optional().meta({
  description:
    "The present password, used unchanged, at most 1,024 bytes. May be left out while the token's `auth_time` is at most five minutes ago; otherwise the answer is `reauthentication_required`.",
  format: "password",
  example: "correct horse battery",
});

export const newPassword = password.meta({
  description: "From 8 characters (PASSWORD_MIN_LENGTH) to 1,024 bytes.",
  example: "a better horse battery",
});

export const code = filled.meta({
  description: "The six digits that the authenticator shows. Spaces are ignored.",
  example: "287082",
});

export const recoveryCode = filled.meta({
  description: "A recovery code. Hyphens, spaces and case are ignored.",
  example: "ABCD-EFGH-IJKL-MNOP",
});

export const challenge = filled.meta({
  description: "The `challenge` of the answer `second_factor_required`.",
  example: "4f6e2f4c-7c0b-4a29-8f3b-0d5f8a2a7c11.9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d.Zk3n",
});

/** A text in an answer. */
export const text = (example: string, description?: string) => z.string().meta({ example, description });

/** A time in an answer: RFC 3339, in UTC, with milliseconds. */
export const moment = (description: string) =>
  z.string().meta({
    format: "date-time",
    example: "2026-02-03T04:05:06.789Z",
    description: `${description} RFC 3339, in UTC.`,
  });

export const sessionsEnded = z.int().min(0).meta({ example: 2, description: "How many sessions ended." });
