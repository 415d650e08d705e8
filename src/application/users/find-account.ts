import { AuthError } from "../../domain/errors.ts";
import type { User } from "../../domain/user.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import { type FindByEmailDeps, findByEmail } from "./find-by-email.ts";
import { findByName } from "./find-by-name.ts";

export interface FindAccountDeps extends FindByEmailDeps {
  readonly users: UserRepository;
}

/**
 * The account with this id, or else with this address, or else with this name; address and name in any spelling.
 * The id comes first, so that nobody can hide an account by taking its id as a name.
 * @throws AuthError `not_found`
 */
export async function findAccount(deps: FindAccountDeps, who: string): Promise<User> {
  const { users } = deps;
  const user =
    (await users.findById(who)) ?? (await findByEmail(deps, who)) ?? (await findByName(users, who));
  if (user === undefined) throw new AuthError("not_found");
  return user;
}
