import type { User } from "../domain/user.ts";
import { allOf } from "./pages.ts";
import type { UserRepository } from "./ports/users.ts";

export interface ListUsersDeps {
  readonly users: UserRepository;
}

/** All accounts, by id. */
export type ListUsers = () => AsyncIterable<User>;

export function makeListUsers({ users }: ListUsersDeps): ListUsers {
  return () => allOf(users.list, ({ id }) => id);
}
