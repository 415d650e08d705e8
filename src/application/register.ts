import type { Email } from "../domain/email.ts";
import { AuthError, type FieldFault } from "../domain/errors.ts";
import { newPasswordFaults, type PasswordPolicy } from "../domain/password.ts";
import { beginSession, type Client } from "../domain/session.ts";
import type { User } from "../domain/user.ts";
import { parseUsername } from "../domain/username.ts";
import type { GatedHasher, Turn } from "./hashing-gate.ts";
import type { Clock } from "./ports/clock.ts";
import type { SecurityEvents } from "./ports/security-events.ts";
import type { SessionRepository } from "./ports/sessions.ts";
import type { UserRepository } from "./ports/users.ts";
import { type GrantDeps, grantSession, type SessionGrant } from "./session-grant.ts";
import { refundedOnFault, type Throttle } from "./throttle.ts";

export interface RegisterDeps extends GrantDeps {
  readonly clock: Clock;
  readonly users: UserRepository;
  readonly sessions: SessionRepository;
  readonly hasher: GatedHasher;
  readonly throttle: Throttle;
  readonly events: SecurityEvents;
  readonly parseEmail: (text: string) => Email | undefined;
  readonly passwordPolicy: PasswordPolicy;
  readonly refreshTokenTtlMs: number;
  readonly registrationOpen: boolean;
}

export interface RegisterCommand {
  readonly username: string;
  readonly email: string;
  readonly password: string;
  readonly client: Client;
  readonly isGone?: Turn["isGone"];
}

/**
 * Makes an account and begins its first session.
 * @throws AuthError `registration_closed`, `validation_failed`, `username_taken`, `email_taken`,
 * `too_many_attempts`, `overloaded`
 */
export type Register = (command: RegisterCommand) => Promise<SessionGrant>;

export function makeRegister(deps: RegisterDeps): Register {
  return async (command) => {
    if (!deps.registrationOpen) throw new AuthError("registration_closed");
    const now = deps.clock.now();
    const { username, email, password } = readCommand(deps, command);
    const admission = await deps.throttle.registration(command.client.ip, now);
    const user: User = {
      id: deps.ids.next(),
      username,
      email,
      passwordHash: await refundedOnFault(
        admission,
        deps.hasher.hash(password, { isNewcomer: true, isGone: command.isGone }),
      ),
      createdAt: now,
      epoch: 0,
      keptSession: undefined,
      disabled: false,
      legacyIdentity: undefined,
    };
    await deps.users.add(user);
    const session = beginSession(deps.ids.next(), user, command.client, now, deps.refreshTokenTtlMs);
    await deps.sessions.add(session);
    deps.events.report({ type: "user_registered", userId: user.id, sessionId: session.id });
    return grantSession(deps, user, session, now);
  };
}

function readCommand(deps: RegisterDeps, command: RegisterCommand) {
  const username = parseUsername(command.username);
  const email = deps.parseEmail(command.email);
  const { password } = command;
  const passwordFaults = newPasswordFaults("password", password, deps.passwordPolicy, { username, email });
  if (username && email && passwordFaults.length === 0) return { username, email, password };
  const faults: FieldFault[] = [];
  if (!username) faults.push({ path: "username", code: "invalid_username", message: USERNAME_RULE });
  if (!email) faults.push({ path: "email", code: "invalid_email", message: EMAIL_RULE });
  throw new AuthError("validation_failed", { fields: [...faults, ...passwordFaults] });
}

const USERNAME_RULE =
  "A username has 1 to 64 letters of one script, with digits, spaces, dots, underscores and hyphens";
const EMAIL_RULE = "An email is a plain address such as name@example.com";
