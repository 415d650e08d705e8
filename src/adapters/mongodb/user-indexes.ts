import type { Collection, MongoServerError } from "mongodb";
import { AuthError } from "../../domain/errors.ts";
import type { User } from "../../domain/user.ts";
import type { DocumentOf } from "./documents.ts";
import type { Index } from "./indexes.ts";

/** Fields that earlier versions did not write are optional. */
export type UserDocument = DocumentOf<User, "emailVerified" | "unlocks">;

const NAME = { name: "unique_username", key: { "username.canonical": 1 }, unique: true } as const;
const EMAIL = { name: "unique_email", key: { "email.canonical": 1 }, unique: true } as const;

export const userIndexes: readonly Index[] = [NAME, EMAIL];

const REFUSALS = [
  { index: NAME, code: "username_taken" },
  { index: EMAIL, code: "email_taken" },
] as const;

/** The index's name in an error message, quoted or not. It stands before the value, which a client chose. */
const INDEX_NAME = /\bindex:? ["'`]?([\w.$]+)/i;

/**
 * Determines which unique index refused the user: from `keyPattern`, or from the message of a server without
 * one, or else from a lookup of the other user. Returns the error itself if none of these helps.
 */
export async function refusalOf(
  users: Collection<UserDocument>,
  error: MongoServerError,
  { id, username, email }: Pick<User, "id" | "username" | "email">,
): Promise<unknown> {
  const { keyPattern } = error;
  const named = INDEX_NAME.exec(error.message)?.[1] ?? "";
  for (const { index, code } of REFUSALS) {
    const isNamed = keyPattern
      ? Object.keys(index.key).every((field) => field in keyPattern)
      : named.endsWith(index.name);
    if (isNamed) return new AuthError(code);
  }
  for (const { index, code } of REFUSALS) {
    const canonical = index === NAME ? username.canonical : email.canonical;
    const field = Object.keys(index.key)[0] as string;
    if (await users.findOne({ [field]: canonical, _id: { $ne: id } })) return new AuthError(code);
  }
  return error;
}
