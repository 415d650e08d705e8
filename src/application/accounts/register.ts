import { AuthError } from "../../domain/errors.ts";
import { beginSession, type Client } from "../../domain/session.ts";
import type { User } from "../../domain/user.ts";
import type { HashRequest } from "../limits/hash-request.ts";
import type { GatedHasher } from "../limits/hashing-gate.ts";
import { bothOf, refundedOnFault, type Throttle } from "../limits/throttle.ts";
import { type SendLaterDeps, sendLater } from "../mail/send-later.ts";
import type { Clock } from "../ports/clock.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import { type GrantDeps, grantSession, type SessionGrant } from "../sessions/session-grant.ts";
import { type StartSessionDeps, startSession } from "../sessions/start-session.ts";
import { type NewAccountRules, type NewAccountTexts, newUser, readNewAccount } from "../users/new-account.ts";

export interface AddAccountDeps extends NewAccountRules, SendLaterDeps {
  readonly clock: Clock;
  readonly users: UserRepository;
  readonly hasher: GatedHasher;
  readonly throttle: Throttle;
  readonly events: SecurityEvents;
  readonly registrationOpen: boolean;
  /** Whether a new user is asked by mail to confirm the address. */
  readonly asksToVerify: boolean;
}

export interface RegisterDeps extends AddAccountDeps, GrantDeps, StartSessionDeps {
  readonly users: UserRepository;
  readonly refreshTokenTtlMs: number;
}

export interface RegisterCommand extends NewAccountTexts {
  readonly client: Client;
  readonly signal?: HashRequest["signal"];
}

/**
 * Makes an account and begins its first session.
 * @throws AuthError `registration_closed`, `validation_failed`, `username_taken`, `email_taken`,
 * `too_many_attempts`, `overloaded`, `signing_key_not_yet_valid`
 */
export type Register = (command: RegisterCommand) => Promise<SessionGrant>;

export function makeRegister(deps: RegisterDeps): Register {
  return async (command) => {
    const now = deps.clock.now();
    deps.issuer.mustSign(now);
    const user = await addAccount(deps, command, now);
    const begun = beginSession(deps.ids.next(), user, command.client, now, deps.refreshTokenTtlMs);
    const [session] = await Promise.all([startSession(deps, begun, now), askToVerify(deps, user)]);
    deps.events.report({ type: "user_registered", userId: user.id, sessionId: session.id });
    return grantSession(deps, user, session, now);
  };
}

/** What a registration with a confirmed address required gives: an account, and a mail on its way. */
export interface AwaitedConfirmation {
  readonly username: string;
  readonly email: string;
}

/**
 * Makes an account that nobody can log in to before its address is confirmed, so that no session begins.
 * @throws AuthError as `Register`
 */
export type RegisterUnconfirmed = (command: RegisterCommand) => Promise<AwaitedConfirmation>;

export function makeRegisterUnconfirmed(deps: AddAccountDeps): RegisterUnconfirmed {
  return async (command) => {
    const user = await addAccount(deps, command, deps.clock.now());
    await askToVerify(deps, user);
    deps.events.report({ type: "user_registered", userId: user.id, sessionId: undefined });
    return { username: user.username.shown, email: user.email.shown };
  };
}

async function addAccount(deps: AddAccountDeps, command: RegisterCommand, now: Date): Promise<User> {
  if (!deps.registrationOpen) throw new AuthError("registration_closed");
  const account = readNewAccount(deps, command);
  const { ip } = command.client;
  // one who registers and deletes the account again and again could have the address flooded
  const mailedTo = deps.asksToVerify ? account.email.canonical : undefined;
  const { registration, mail } = await deps.throttle.registration(ip, mailedTo, now);
  const passwordHash = await refundedOnFault(
    bothOf(registration, mail),
    deps.hasher.hash(account.password, { ip, isNewcomer: true, signal: command.signal }),
  );
  const user = newUser(deps.ids.next(), account, passwordHash, now);
  await refundedOnFault(mail, deps.users.add(user));
  return user;
}

async function askToVerify(deps: AddAccountDeps, { email }: User): Promise<void> {
  if (deps.asksToVerify) await sendLater(deps, { kind: "email_verification", email: email.canonical });
}
