import type { Email } from "../../domain/email.ts";
import { AuthError } from "../../domain/errors.ts";
import type { Throttle } from "../limits/throttle.ts";
import { type SendLaterDeps, sendLater } from "../mail/send-later.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import { invalidEmail } from "../users/new-account.ts";

export interface RequestMailDeps extends SendLaterDeps {
  readonly throttle: Throttle;
  readonly events: SecurityEvents;
  readonly parseEmail: (text: string) => Email | undefined;
}

export interface MailRequest {
  readonly email: string;
  readonly client: { readonly ip: string };
}

/**
 * Has a link mailed to an address. Whether anybody here has it is looked up only as the mail is sent, so that
 * neither answer nor time tells whoever asks.
 * @throws AuthError `validation_failed` where it is no address, `too_many_attempts`
 */
export type RequestMail = (request: MailRequest) => Promise<void>;

/** Forgot the password: the link lets its reader choose a new one. */
export function makeForgotPassword(deps: RequestMailDeps): RequestMail {
  return (request) => requestMail(deps, "password_reset", request);
}

/** The mail that was sent at registration is lost: the link shows that mail to the address arrives. */
export function makeResendVerification(deps: RequestMailDeps): RequestMail {
  return (request) => requestMail(deps, "email_verification", request);
}

async function requestMail(
  deps: RequestMailDeps,
  kind: "password_reset" | "email_verification",
  { email: typed, client }: MailRequest,
): Promise<void> {
  const email = deps.parseEmail(typed);
  if (email === undefined) throw new AuthError("validation_failed", { fields: [invalidEmail] });
  await deps.throttle.mails([{ purpose: kind, email: email.canonical }], client.ip, deps.clock.now());
  await sendLater(deps, { kind, email: email.canonical });
  // nobody looked yet whose address it is: the mail, once it is sent, is another event
  if (kind === "password_reset") deps.events.report({ type: "password_reset_requested" });
}
