import { beginSession } from "../../domain/session.ts";
import { type GrantDeps, grantSession, type SessionGrant } from "../sessions/session-grant.ts";
import { type StartSessionDeps, startSession } from "../sessions/start-session.ts";
import { type AddAccountDeps, addAccount, askToVerify, type RegisterCommand } from "./add-account.ts";

export interface RegisterDeps extends AddAccountDeps, GrantDeps, StartSessionDeps {
  readonly users: AddAccountDeps["users"];
  readonly refreshTokenTtlMs: number;
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
    deps.issuer.assertCanSign(now);
    const user = await addAccount(deps, command, now);
    const begun = beginSession(deps.ids.next(), user, command.client, now, deps.refreshTokenTtlMs);
    const [session] = await Promise.all([startSession(deps, begun, now), askToVerify(deps, user)]);
    deps.events.report({ type: "user_registered", userId: user.id, sessionId: session.id });
    return grantSession(deps, user, session, now);
  };
}
