import type { SessionGrant } from "../sessions/session-grant.ts";
import {
  type AwaitedConfirmation,
  makeRegister,
  makeRegisterUnconfirmed,
  type RegisterCommand,
  type RegisterDeps,
} from "./register.ts";
import { makeRequestRegistration, type RequestRegistrationDeps } from "./request-registration.ts";

export interface SignUpDeps extends RegisterDeps, RequestRegistrationDeps {
  /** Whether registering is answered alike for free and taken addresses. */
  readonly registrationHidden: boolean;
  readonly verifiedEmailRequired: boolean;
}

/**
 * Registers somebody in the way that is configured: with a session at once, with one only after the address is
 * confirmed, or by a mail alone.
 * @throws AuthError as `Register` and `makeRequestRegistration`
 */
export type SignUp = (command: RegisterCommand) => Promise<SessionGrant | AwaitedConfirmation>;

export function makeSignUp(deps: SignUpDeps): SignUp {
  if (deps.registrationHidden) return makeRequestRegistration(deps);
  return deps.verifiedEmailRequired ? makeRegisterUnconfirmed(deps) : makeRegister(deps);
}
