import { AuthError } from "../../domain/errors.ts";
import { linkEnd } from "../../domain/one-time-token.ts";
import { refundedOnFault, together } from "../limits/admission.ts";
import { sendLater } from "../mail/send-later.ts";
import type { RegistrationSeal } from "../ports/registration-seal.ts";
import { readNewAccount } from "../users/new-account.ts";
import type { AddAccountDeps } from "./add-account.ts";
import type { RegisterUnconfirmed } from "./register-unconfirmed.ts";

export interface RequestRegistrationDeps extends Omit<AddAccountDeps, "asksToVerify" | "events"> {
  readonly registrationSeal: RegistrationSeal;
}

/**
 * Requests an account without telling whether the address has one: that is looked up only as the mail is delivered. The
 * account is made by the link in the mail. Until then the name stays free, so that it does not tell either. Names are
 * public: one that is taken is refused here.
 * @throws AuthError `registration_closed`, `validation_failed`, `username_taken`, `too_many_attempts`, `overloaded`
 */
export function makeRequestRegistration(deps: RequestRegistrationDeps): RegisterUnconfirmed {
  return async (command) => {
    if (!deps.registrationOpen) throw new AuthError("registration_closed");
    const { ids, throttle, users } = deps;
    const now = deps.clock.now();
    const { username, email, password } = readNewAccount(deps, command);
    const { ip } = command.client;
    const { registration, mail } = await throttle.registration(ip, email.canonical, now);
    const namesake = await refundedOnFault(together(registration, mail), () =>
      users.findByUsername(username.canonical),
    );
    if (namesake !== undefined) {
      await mail.refund();
      throw new AuthError("username_taken");
    }
    const request = { ip, isNewcomer: true, signal: command.signal };
    const passwordHash = await refundedOnFault(together(registration, mail), () =>
      deps.hasher.hash(password, request),
    );
    const pending = { id: ids.next(), username, email, passwordHash, askedAt: now };
    // the mail may wait a day for the mail server; the lifetime of the link begins when it is sent
    const sealed = await deps.registrationSeal.seal(
      pending,
      linkEnd("verify_email", linkEnd("verify_email", now)),
    );
    await sendLater(deps, { kind: "registration", email: email.canonical, sealed });
    return { username: username.shown, email: email.shown };
  };
}
