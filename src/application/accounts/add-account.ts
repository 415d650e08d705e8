import { AuthError } from "../../domain/errors.ts";
import type { Client } from "../../domain/session.ts";
import type { User } from "../../domain/user.ts";
import { refundedOnFault, together } from "../limits/admission.ts";
import type { HashRequest } from "../limits/hash-request.ts";
import type { GatedHasher } from "../limits/hashing-gate.ts";
import type { Throttle } from "../limits/throttle.ts";
import { type SendLaterDeps, sendLater } from "../mail/send-later.ts";
import type { Clock } from "../ports/clock.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import { type NewAccountRules, type NewAccountTexts, newUser, readNewAccount } from "../users/new-account.ts";

/** The steps that registrations share. */

export interface AddAccountDeps extends NewAccountRules, SendLaterDeps {
  readonly clock: Clock;
  readonly users: UserRepository;
  readonly hasher: GatedHasher;
  readonly throttle: Throttle;
  readonly events: SecurityEvents;
  readonly registrationOpen: boolean;
  /** Whether a new user is sent a mail with a link to verify the address. */
  readonly asksToVerify: boolean;
}

export interface RegisterCommand extends NewAccountTexts {
  readonly client: Client;
  readonly signal?: HashRequest["signal"];
}

/**
 * Stores a new account.
 * @throws AuthError `registration_closed`, `validation_failed`, `username_taken`, `email_taken`, `too_many_attempts`,
 * `overloaded`
 */
export async function addAccount(deps: AddAccountDeps, command: RegisterCommand, now: Date): Promise<User> {
  if (!deps.registrationOpen) throw new AuthError("registration_closed");
  const account = readNewAccount(deps, command);
  const { ip } = command.client;
  // counted as a mail, too: else registering and deleting again and again would flood the address
  const mailedTo = deps.asksToVerify ? account.email.canonical : undefined;
  const { registration, mail } = await deps.throttle.registration(ip, mailedTo, now);
  const passwordHash = await refundedOnFault(together(registration, mail), () =>
    deps.hasher.hash(account.password, { ip, isNewcomer: true, signal: command.signal }),
  );
  const user = newUser(deps.ids.next(), account, passwordHash, now);
  await refundedOnFault(mail, () => deps.users.add(user));
  return user;
}

/** Has the mail sent by which a new user verifies the address, if that is configured. */
export async function askToVerify(deps: AddAccountDeps, { email }: User): Promise<void> {
  if (deps.asksToVerify) await sendLater(deps, { kind: "email_verification", email: email.canonical });
}
