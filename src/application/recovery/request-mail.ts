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
 * Requests a mail with a link to an address. The account is looked up only when the mail is delivered, so that neither
 * the answer nor its time reveals whether there is one.
 * @throws AuthError `validation_failed` if it is no address, `too_many_attempts`
 */
export type RequestMail = (request: MailRequest) => Promise<void>;

/** The steps that the use cases for requesting a mail share. */
export async function requestMail(
  deps: RequestMailDeps,
  kind: "password_reset" | "email_verification",
  { email: typed, client }: MailRequest,
): Promise<void> {
  const email = deps.parseEmail(typed);
  if (email === undefined) throw new AuthError("validation_failed", { fields: [invalidEmail] });
  await deps.throttle.mails([{ purpose: kind, email: email.canonical }], client.ip, deps.clock.now());
  await sendLater(deps, { kind, email: email.canonical });
}
