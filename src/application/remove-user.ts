import { revocationKey } from "../domain/revocation.ts";
import type { User } from "../domain/user.ts";
import type { RevocationRepository } from "./ports/revocations.ts";
import type { SessionRepository } from "./ports/sessions.ts";
import type { UserRepository } from "./ports/users.ts";

export interface RemoveUserDeps {
  readonly users: UserRepository;
  readonly sessions: SessionRepository;
  readonly revocations: RevocationRepository;
}

/** Nobody imports the same old database after that. */
const REMEMBERED_UNTIL = new Date("9999-01-01T00:00:00.000Z");

/**
 * Removes the account and its sessions, unless another change of it came first. Resolves to whether it did. That
 * an account of the Flask server was removed is remembered by its id, before it is: an import that is run again
 * would bring it back otherwise.
 */
export async function removeUser(
  { users, sessions, revocations }: RemoveUserDeps,
  user: User,
): Promise<boolean> {
  if (user.legacyIdentity !== undefined) {
    await revocations.add(revocationKey.removedUser(user.id), REMEMBERED_UNTIL);
  }
  if (!(await users.remove(user.id, user.epoch))) return false;
  await sessions.removeEarlier(user.id, Number.MAX_SAFE_INTEGER, undefined);
  return true;
}
