import { afterRestoring } from "../../domain/email-history.ts";
import { AuthError } from "../../domain/errors.ts";
import { NO_PASSWORD } from "../../domain/user.ts";
import type { Throttle } from "../limits/throttle.ts";
import { admittedLink, type OneTimeLinksDeps, type ValidLink } from "../mail/one-time-links.ts";
import { type NoticeDeps, notify, type SendLaterDeps, sendLater } from "../mail/send-later.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { EpochChanges } from "../ports/storage/users.ts";
import type { EndEpochDeps } from "../sessions/end-epoch.ts";
import { endByLink, removeEndedLinks } from "./end-by-link.ts";

export interface CancelEmailChangeDeps extends EndEpochDeps, OneTimeLinksDeps, NoticeDeps, SendLaterDeps {
  readonly throttle: Throttle;
  readonly events: SecurityEvents;
}

export interface CancelEmailChangeCommand {
  /** The text in the link that was mailed to the address that the account had. */
  readonly token: string;
  readonly client: { readonly ip: string };
}

/**
 * Cancels a change of address that was requested with the password, whether it was confirmed since or not: restores the
 * address that the link was mailed to, as verified. Ends every session and every other mailed link, except those that
 * cancel an earlier change, and voids the password: the owner chooses a new one by a link that is mailed to the restored
 * address now.
 * @throws AuthError `invalid_cancellation_token`, `too_many_attempts`; `email_taken` if another account has the address by
 * now: then the account keeps its present address and is disabled, since the owner may be the reader of either address. The
 * link is valid again once the address is free and an operator has enabled the account.
 */
export type CancelEmailChange = (command: CancelEmailChangeCommand) => Promise<void>;

export function makeCancelEmailChange(deps: CancelEmailChangeDeps): CancelEmailChange {
  return async ({ token, client }) => {
    const now = deps.clock.now();
    const refusal = "invalid_cancellation_token";
    const presented = { purposes: ["cancel_email_change"], text: token, ip: client.ip, refusal } as const;
    const link = await admittedLink(deps, presented, now);
    const user = await endByLink(deps, link, now, restoringChanges).catch((error) =>
      lockOut(deps, link, now, error),
    );
    if (user === undefined) throw new AuthError(refusal);
    const { id: userId, username } = user;
    const { email } = link.token;
    deps.events.report({ type: "email_change_cancelled", userId });
    // first, since nobody can log in without this mail
    await sendLater(deps, { kind: "address_put_back", email: email.shown, userId, username: username.shown });
    // the address that the account had meanwhile is told, too
    if (user.email.shown !== email.shown) await notify(deps, "email_changed", user);
    await removeEndedLinks(deps, link, user);
  };
}

function restoringChanges({ token, user }: ValidLink): Omit<EpochChanges, "keptSession"> {
  return {
    passwordHash: NO_PASSWORD,
    email: token.email,
    emailVerified: true,
    emailHistory: afterRestoring(user, token.emailRevision),
  };
}

/** @throws AuthError `email_taken`, after the account was disabled; else the error that is given */
async function lockOut(
  deps: CancelEmailChangeDeps,
  link: ValidLink,
  now: Date,
  error: unknown,
): Promise<undefined> {
  if (!(error instanceof AuthError && error.code === "email_taken")) throw error;
  const changes = () => ({ passwordHash: NO_PASSWORD, disabled: true });
  const user = await endByLink(deps, link, now, changes);
  if (user === undefined) return undefined;
  deps.events.report({ type: "email_change_disputed", userId: user.id });
  throw error;
}
