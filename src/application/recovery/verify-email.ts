import { afterChange } from "../../domain/email-history.ts";
import { AuthError } from "../../domain/errors.ts";
import type { User } from "../../domain/user.ts";
import type { Throttle } from "../limits/throttle.ts";
import { admittedLink, type OneTimeLinksDeps, type ValidLink, whileValid } from "../mail/one-time-links.ts";
import { type NoticeDeps, notify } from "../mail/send-later.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { NameChanges } from "../ports/storage/users.ts";

export interface VerifyEmailDeps extends OneTimeLinksDeps, NoticeDeps {
  readonly throttle: Throttle;
  readonly events: SecurityEvents;
}

export interface VerifyEmailCommand {
  /** The text in the mailed link. */
  readonly token: string;
  readonly client: { readonly ip: string };
}

/**
 * Takes it that mail to the address arrives: of the one that the account has, or of a new one, which it has from
 * then on. Once for each link; sessions stay.
 * @throws AuthError `invalid_verification_token`, `email_taken`, `too_many_attempts`
 */
export type VerifyEmail = (command: VerifyEmailCommand) => Promise<void>;

export function makeVerifyEmail(deps: VerifyEmailDeps): VerifyEmail {
  return async ({ token, client }) => {
    const now = deps.clock.now();
    const refusal = "invalid_verification_token";
    const purposes = ["verify_email", "change_email"] as const;
    const link = await admittedLink(deps, { purposes, text: token, ip: client.ip, refusal }, now);
    await (link.token.purpose === "change_email" ? change(deps, link, now) : verify(deps, link, now));
  };
}

/** Taking the address is what uses the link up: the account has another address from then on. */
async function change(deps: VerifyEmailDeps, link: ValidLink, now: Date): Promise<void> {
  const user = await rename(deps, link, now, ({ token, user }) => {
    const emailHistory = afterChange(user, now);
    if (emailHistory instanceof Date) throw tooManyChanges(emailHistory, now);
    return { email: token.email, emailVerified: true, emailHistory, linksSince: now };
  });
  // it serves no more: this tidies only
  await deps.oneTimeTokens.consume(link.token.id);
  deps.events.report({ type: "email_changed", userId: user.id });
  // the old address is told, for its owner may know nothing of it
  await notify(deps, "email_changed", user);
}

function tooManyChanges(until: Date, now: Date): AuthError {
  const retryAfter = Math.ceil((until.getTime() - now.getTime()) / 1_000);
  return new AuthError("too_many_attempts", { retryAfter });
}

/** May be done twice without harm, so that a process that dies in between leaves a link that serves. */
async function verify(deps: VerifyEmailDeps, link: ValidLink, now: Date): Promise<void> {
  const user = await rename(deps, link, now, () => ({ emailVerified: true }));
  if (!(await deps.oneTimeTokens.consume(link.token.id))) throw new AuthError("invalid_verification_token");
  deps.events.report({ type: "email_verified", userId: user.id });
}

/** Makes the changes if the link still serves in that step. Resolves to the user as before. */
async function rename(
  deps: VerifyEmailDeps,
  presented: ValidLink,
  now: Date,
  changes: (link: ValidLink) => NameChanges,
): Promise<User> {
  const user = await whileValid(deps, presented, now, (link) => deps.users.rename(link.user, changes(link)));
  if (user === undefined) throw new AuthError("invalid_verification_token");
  return user;
}
