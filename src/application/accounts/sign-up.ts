import type { SessionGrant } from "../sessions/session-grant.ts";
import type { RegisterCommand } from "./add-account.ts";
import { makeRegister, type RegisterDeps } from "./register.ts";
import { type AwaitedConfirmation, makeRegisterUnconfirmed } from "./register-unconfirmed.ts";
import { makeRequestRegistration, type RequestRegistrationDeps } from "./request-registration.ts";

export interface SignUpDeps extends RegisterDeps, RequestRegistrationDeps {
  /** Whether the answer is the same for free and for taken addresses. */
  readonly registrationHidden: boolean;
  readonly verifiedEmailRequired: boolean;
}

/**
 * Registers an account in the configured way: with a session at once, without one until the address is confirmed, or by a
 * mailed link alone.
 * @throws AuthError as `Register` and `makeRequestRegistration`
 */
export type SignUp = (command: RegisterCommand) => Promise<SessionGrant | AwaitedConfirmation>;

export function makeSignUp(deps: SignUpDeps): SignUp {
  if (deps.registrationHidden) return makeRequestRegistration(deps);
  return deps.verifiedEmailRequired ? makeRegisterUnconfirmed(deps) : makeRegister(deps);
}
