import type { EmailRules } from "../../domain/email.ts";
import type { User } from "../../domain/user.ts";
import type { UserRepository } from "../ports/storage/users.ts";

export interface FindByEmailDeps extends Pick<EmailRules, "canonicalEmail" | "storedEmails"> {
  readonly users: Pick<UserRepository, "findByEmail">;
}

/** The user with the address in any spelling, stored by any version. */
export function findByEmail(deps: FindByEmailDeps, text: string): Promise<User | undefined> {
  return findByStoredEmail(deps, deps.storedEmails(text));
}

/** The user with an address in one of the forms of `storedEmails`. The calls of storage depend only on the forms. */
export async function findByStoredEmail(
  { users, canonicalEmail }: Pick<FindByEmailDeps, "users" | "canonicalEmail">,
  forms: readonly [string, ...string[]],
): Promise<User | undefined> {
  const [canonical] = forms;
  const found = await Promise.all(forms.map((form) => users.findByEmail(form)));
  // a user found under the former form may have another domain
  return found.find(
    (user) => user && [user.email.canonical, canonicalEmail(user.email.shown)].includes(canonical),
  );
}
