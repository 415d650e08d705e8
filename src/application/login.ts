import { AuthError, type FieldFault } from "../domain/errors.ts";
import { normalizedPassword, presentedPasswordFaults } from "../domain/password.ts";
import { beginSession, type Client } from "../domain/session.ts";
import type { User } from "../domain/user.ts";
import { canonicalUsername } from "../domain/username.ts";
import type { Clock } from "./ports/clock.ts";
import type { PasswordHasher } from "./ports/password-hasher.ts";
import type { LoginFailure, SecurityEvents } from "./ports/security-events.ts";
import type { SessionRepository } from "./ports/sessions.ts";
import type { UserRepository } from "./ports/users.ts";
import { type GrantDeps, grantSession, type SessionGrant } from "./session-grant.ts";

export interface LoginDeps extends GrantDeps {
  readonly clock: Clock;
  readonly users: UserRepository;
  readonly sessions: SessionRepository;
  readonly hasher: PasswordHasher;
  readonly events: SecurityEvents;
  readonly canonicalEmail: (text: string) => string;
  readonly refreshTokenTtlMs: number;
}

export interface LoginCommand {
  /** Exactly one of email and username. */
  readonly email?: string | undefined;
  readonly username?: string | undefined;
  readonly password: string;
  readonly client: Client;
}

/**
 * Begins a session for who knows the password. Costs one read of the user, one hash, one write.
 * @throws AuthError `validation_failed`, `invalid_credentials`, `overloaded`
 */
export type Login = (command: LoginCommand) => Promise<SessionGrant>;

export function makeLogin(deps: LoginDeps): Login {
  return async (command) => {
    const faults = commandFaults(command);
    if (faults.length > 0) throw new AuthError("validation_failed", { fields: faults });
    const now = deps.clock.now();
    const password = normalizedPassword(command.password);
    const user = await find(deps, command);
    const matches = await deps.hasher.verify(user?.passwordHash, password);
    if (user === undefined || !matches || user.disabled) {
      const reason: LoginFailure = !user ? "unknown_user" : matches ? "disabled" : "wrong_password";
      deps.events.report({ type: "login_failed", userId: user?.id, reason });
      throw new AuthError("invalid_credentials");
    }
    const session = beginSession(deps.ids.next(), user, command.client, now, deps.refreshTokenTtlMs);
    await deps.sessions.add(session);
    deps.events.report({ type: "login_succeeded", userId: user.id, sessionId: session.id });
    if (deps.hasher.isOutdated(user.passwordHash)) await renewHash(deps, user, password);
    return grantSession(deps, user, session, now);
  };
}

function find(deps: LoginDeps, { email, username }: LoginCommand): Promise<User | undefined> {
  return email === undefined
    ? deps.users.findByUsername(canonicalUsername(username ?? ""))
    : deps.users.findByEmail(deps.canonicalEmail(email));
}

/** A login that succeeded does not fail because its hash could not be renewed this time. */
async function renewHash(deps: LoginDeps, user: User, password: string): Promise<void> {
  try {
    const renewed = await deps.users.replacePasswordHash(user, await deps.hasher.hash(password));
    if (renewed) deps.events.report({ type: "password_hash_renewed", userId: user.id });
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
  }
}

function commandFaults({ email, username, password }: LoginCommand): FieldFault[] {
  const faults: FieldFault[] = [];
  if ((email === undefined) === (username === undefined)) {
    const message = "Give either the email or the username";
    faults.push({ path: "email", code: "one_identifier", message });
  }
  return [...faults, ...presentedPasswordFaults("password", password)];
}
