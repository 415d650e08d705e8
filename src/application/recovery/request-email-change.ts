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
 * Requests two mails: to the account's present address, with a link that cancels the change, and to the new address, with
 * a link that confirms it. The former is stored first, so that no crash leaves the latter alone. It is sent even if the
 * present address is not verified, since its reader is the one to be protected.
 *
 * Both links belong to the account as `user` was read. If the user ends all sessions while the mails wait, the link in the
 * second one does not confirm; the link that cancels stays valid then, and after the change.
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
