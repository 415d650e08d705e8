import { AuthError } from "../domain/errors.ts";
import { beginSession, type Client } from "../domain/session.ts";
import type { GatedHasher, Turn } from "./hashing-gate.ts";
import { type NewAccountRules, type NewAccountTexts, newUser, readNewAccount } from "./new-account.ts";
import type { Clock } from "./ports/clock.ts";
import type { SecurityEvents } from "./ports/security-events.ts";
import type { SessionRepository } from "./ports/sessions.ts";
import type { UserRepository } from "./ports/users.ts";
import { type SendLaterDeps, sendLater } from "./send-later.ts";
import { type GrantDeps, grantSession, type SessionGrant } from "./session-grant.ts";
import { refundedOnFault, type Throttle } from "./throttle.ts";

export interface RegisterDeps extends GrantDeps, NewAccountRules, SendLaterDeps {
  readonly clock: Clock;
  readonly users: UserRepository;
  readonly sessions: SessionRepository;
  readonly hasher: GatedHasher;
  readonly throttle: Throttle;
  readonly events: SecurityEvents;
  readonly refreshTokenTtlMs: number;
  readonly registrationOpen: boolean;
  /** Whether a new user is asked by mail to confirm the address. */
  readonly asksToVerify: boolean;
}

export interface RegisterCommand extends NewAccountTexts {
  readonly client: Client;
  readonly isGone?: Turn["isGone"];
}

/**
 * Makes an account and begins its first session.
 * @throws AuthError `registration_closed`, `validation_failed`, `username_taken`, `email_taken`,
 * `too_many_attempts`, `overloaded`, `signing_key_not_yet_valid`
 */
export type Register = (command: RegisterCommand) => Promise<SessionGrant>;

export function makeRegister(deps: RegisterDeps): Register {
  return async (command) => {
    if (!deps.registrationOpen) throw new AuthError("registration_closed");
    const now = deps.clock.now();
    deps.issuer.mustSign(now);
    const account = readNewAccount(deps, command);
    const admission = await deps.throttle.registration(command.client.ip, now);
    const passwordHash = await refundedOnFault(
      admission,
      deps.hasher.hash(account.password, { isNewcomer: true, isGone: command.isGone }),
    );
    const user = newUser(deps.ids.next(), account, passwordHash, now);
    await deps.users.add(user);
    const session = beginSession(deps.ids.next(), user, command.client, now, deps.refreshTokenTtlMs);
    await Promise.all([
      deps.sessions.add(session),
      deps.asksToVerify && sendLater(deps, { kind: "email_verification", email: user.email.canonical }),
    ]);
    deps.events.report({ type: "user_registered", userId: user.id, sessionId: session.id });
    return grantSession(deps, user, session, now);
  };
}
