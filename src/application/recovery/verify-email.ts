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
 * Verifies an address by a mailed link: the account's present one, or a new one, which the account then has. Once for each
 * link; sessions stay.
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

/** The change itself uses the link up: it was made for the former address. */
async function change(deps: VerifyEmailDeps, link: ValidLink, now: Date): Promise<void> {
  const user = await rename(deps, link, now, ({ token, user }) => {
    const emailHistory = afterChange(user, now);
    if (emailHistory instanceof Date) throw tooManyChanges(emailHistory, now);
    return { email: token.email, emailVerified: true, emailHistory, linksSince: now };
  });
  // the link is no longer valid: this only removes its record
  await deps.oneTimeTokens.consume(link.token.id);
  deps.events.report({ type: "email_changed", userId: user.id });
  // the old address is told, since its owner may not know of the change
  await notify(deps, "email_changed", user);
}

function tooManyChanges(until: Date, now: Date): AuthError {
  const retryAfter = Math.ceil((until.getTime() - now.getTime()) / 1_000);
  return new AuthError("too_many_attempts", { retryAfter });
}

/** Idempotent until the link is consumed: if the process dies in between, the link is still valid. */
async function verify(deps: VerifyEmailDeps, link: ValidLink, now: Date): Promise<void> {
  const user = await rename(deps, link, now, () => ({ emailVerified: true }));
  if (!(await deps.oneTimeTokens.consume(link.token.id))) throw new AuthError("invalid_verification_token");
  deps.events.report({ type: "email_verified", userId: user.id });
}

/** Makes the changes, if the link is valid in that step. Resolves to the user before the change. */
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
