import type { User } from "../../domain/user.ts";
import { storedUsernames } from "../../domain/username.ts";
import type { UserRepository } from "../ports/storage/users.ts";

/** The user with the name in any spelling. The calls of storage depend only on the text. */
export async function findByName(users: UserRepository, name: string): Promise<User | undefined> {
  const found = await Promise.all(storedUsernames(name).map((form) => users.findByUsername(form)));
  return found.find((user) => user !== undefined);
}
