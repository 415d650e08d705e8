import { AuthError } from "../domain/errors.ts";
import type { User } from "../domain/user.ts";
import { findByName } from "./find-by-name.ts";
import type { UserRepository } from "./ports/users.ts";

export interface FindAccountDeps {
  readonly users: UserRepository;
  readonly canonicalEmail: (text: string) => string;
}

/**
 * The account that an operator means: the one of this id, else the one of this address, else the one of this
 * name, both however they are spelt. An id goes first, so that nobody hides an account by taking its id as a
 * name.
 * @throws AuthError `not_found`
 */
export async function findAccount({ users, canonicalEmail }: FindAccountDeps, who: string): Promise<User> {
  const user =
    (await users.findById(who)) ??
    (await users.findByEmail(canonicalEmail(who))) ??
    (await findByName(users, who));
  if (user === undefined) throw new AuthError("not_found");
  return user;
}
