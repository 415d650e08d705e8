import { AuthError } from "../domain/errors.ts";
import { endByLink } from "./end-by-link.ts";
import type { EndEpochDeps } from "./end-epoch.ts";
import { admittedLink, type OneTimeLinksDeps } from "./one-time-links.ts";
import type { SecurityEvents } from "./ports/security-events.ts";
import type { Throttle } from "./throttle.ts";

export interface CancelEmailChangeDeps extends EndEpochDeps, OneTimeLinksDeps {
  readonly throttle: Throttle;
  readonly events: SecurityEvents;
}

export interface CancelEmailChangeCommand {
  /** The text in the link that was mailed to the account's address. */
  readonly token: string;
  readonly client: { readonly ip: string };
}

/**
 * Cancels every change of address that waits to be confirmed, and ends every session and every other mailed link of the
 * account. The password stays as it is.
 * @throws AuthError `invalid_cancellation_token`, `too_many_attempts`
 */
export type CancelEmailChange = (command: CancelEmailChangeCommand) => Promise<void>;

export function makeCancelEmailChange(deps: CancelEmailChangeDeps): CancelEmailChange {
  return async ({ token, client }) => {
    const now = deps.clock.now();
    const refusal = "invalid_cancellation_token";
    const presented = { purposes: ["cancel_email_change"], text: token, ip: client.ip, refusal } as const;
    const link = await admittedLink(deps, presented, now);
    const user = await endByLink(deps, link, now, {});
    if (user === undefined) throw new AuthError(refusal);
    deps.events.report({ type: "email_change_cancelled", userId: user.id });
  };
}
