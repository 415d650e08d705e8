import type { EmailRules } from "../../domain/email.ts";
import type { User } from "../../domain/user.ts";
import type { UserRepository } from "../ports/storage/users.ts";

export interface FindByEmailDeps extends Pick<EmailRules, "canonicalEmail" | "storedEmails"> {
  readonly users: Pick<UserRepository, "findByEmail">;
}

/**
 * The user of that address, as this version or a former one stored it. What is asked of storage depends on the text
 * alone.
 */
export async function findByEmail(deps: FindByEmailDeps, text: string): Promise<User | undefined> {
  const { users, canonicalEmail, storedEmails } = deps;
  const canonical = canonicalEmail(text);
  const found = await Promise.all(storedEmails(text).map((form) => users.findByEmail(form)));
  // under the former form there may be somebody with another domain
  return found.find(
    (user) => user && [user.email.canonical, canonicalEmail(user.email.shown)].includes(canonical),
  );
}
