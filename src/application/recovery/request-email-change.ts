import type { Email } from "../../domain/email.ts";
import type { User } from "../../domain/user.ts";
import { newToken, type OneTimeLinksDeps } from "../mail/one-time-links.ts";
import { type SendLaterDeps, sendLater } from "../mail/send-later.ts";
import type { SecurityEvents } from "../ports/security-events.ts";

export interface RequestEmailChangeDeps
  extends Pick<OneTimeLinksDeps, "clock" | "ids" | "oneTimeTokens">,
    SendLaterDeps {
  readonly events: SecurityEvents;
}

/**
 * Has a link mailed to the new address that confirms it, and one to the account's present address that cancels the
 * change. The latter goes first: no process dies having mailed the new address alone. It goes to an address that is not
 * verified as well, since its reader is the one to be protected.
 *
 * Both links are good for the account as `user` was read. A mail that waits while the user ends all sessions brings a
 * link that does not confirm; the link that cancels serves after that, too, and after the change.
 */
export async function requestEmailChange(
  deps: RequestEmailChangeDeps,
  user: User,
  email: Email,
): Promise<void> {
  const cancel = await newToken(deps, "cancel_email_change", user);
  const { id: userId } = user;
  const username = user.username.shown;
  await sendLater(deps, {
    kind: "email_change_requested",
    email: user.email.shown,
    userId,
    username,
    tokenId: cancel.id,
  });
  const confirm = await newToken(deps, "change_email", user, { email });
  await sendLater(deps, { kind: "email_change", email: email.shown, userId, username, tokenId: confirm.id });
  deps.events.report({ type: "email_change_requested", userId });
}
