import { AuthError, type FieldFault } from "../../domain/errors.ts";
import type { LinkPurpose } from "../../domain/one-time-token.ts";
import type { User } from "../../domain/user.ts";
import { newToken, type OneTimeLinksDeps } from "../mail/one-time-links.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import { type FindAccountDeps, findAccount } from "../users/find-account.ts";

export interface MakeResetLinkDeps extends OneTimeLinksDeps, FindAccountDeps {
  readonly events: SecurityEvents;
  readonly linkTo: (purpose: LinkPurpose, secret: string) => string;
}

/** A link for choosing a new password, once. */
export interface ResetLink {
  readonly user: User;
  readonly link: string;
  readonly expiresAt: Date;
}

/**
 * Makes a link that an operator hands over to the user, who is found by id, address or name. Using it does not
 * verify the address.
 * @throws AuthError `not_found`; `validation_failed` if the account is disabled, because links of disabled
 * accounts are refused
 */
export type MakeResetLink = (who: string) => Promise<ResetLink>;

const DISABLED: FieldFault = {
  path: "user",
  code: "account_disabled",
  message: "The account is disabled, and no link serves it; enable it first",
};

export function makeMakeResetLink(deps: MakeResetLinkDeps): MakeResetLink {
  return async (who) => {
    const user = await findAccount(deps, who);
    if (user.disabled) throw new AuthError("validation_failed", { fields: [DISABLED] });
    const token = await newToken(deps, "reset_password", user, { isMailed: false });
    deps.events.report({ type: "reset_link_made", userId: user.id });
    const link = deps.linkTo("reset_password", deps.linkSecrets.make(token));
    return { user, link, expiresAt: token.expiresAt };
  };
}
