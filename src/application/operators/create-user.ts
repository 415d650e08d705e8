import type { User } from "../../domain/user.ts";
import { OPERATOR_REQUEST } from "../limits/hash-request.ts";
import type { GatedHasher } from "../limits/hashing-gate.ts";
import type { Clock } from "../ports/clock.ts";
import type { Ids } from "../ports/ids.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import { type NewAccountRules, type NewAccountTexts, newUser, readNewAccount } from "../users/new-account.ts";

export interface CreateUserDeps extends NewAccountRules {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly users: UserRepository;
  readonly hasher: GatedHasher;
  readonly events: SecurityEvents;
}

/**
 * Creates an account for a user, even if registration is closed. No session begins.
 * @throws AuthError `validation_failed`, `username_taken`, `email_taken`, `overloaded`
 */
export type CreateUser = (texts: NewAccountTexts) => Promise<User>;

export function makeCreateUser(deps: CreateUserDeps): CreateUser {
  return async (texts) => {
    const now = deps.clock.now();
    const account = readNewAccount(deps, texts);
    const passwordHash = await deps.hasher.hash(account.password, OPERATOR_REQUEST);
    const user = newUser(deps.ids.next(), account, passwordHash, now);
    await deps.users.add(user);
    deps.events.report({ type: "user_created", userId: user.id });
    return user;
  };
}
