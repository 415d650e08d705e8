import { AuthError } from "../../domain/errors.ts";
import { newPasswordFaults, type PasswordPolicy } from "../../domain/password.ts";
import type { HashRequest } from "../limits/hash-request.ts";
import type { GatedHasher } from "../limits/hashing-gate.ts";
import type { Throttle } from "../limits/throttle.ts";
import { admittedLink, type OneTimeLinksDeps } from "../mail/one-time-links.ts";
import { type NoticeDeps, notify } from "../mail/send-later.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { EndEpochDeps } from "../sessions/end-epoch.ts";
import { endByLink, removeEndedLinks } from "./end-by-link.ts";

export interface ResetPasswordDeps extends EndEpochDeps, OneTimeLinksDeps, NoticeDeps {
  readonly hasher: GatedHasher;
  readonly throttle: Throttle;
  readonly events: SecurityEvents;
  readonly passwordPolicy: PasswordPolicy;
}

export interface ResetPasswordCommand {
  /** The text in the mailed link. */
  readonly token: string;
  readonly newPassword: string;
  readonly client: { readonly ip: string };
  readonly signal?: HashRequest["signal"];
}

/**
 * Sets a new password by a mailed link, once for each link, and ends every session.
 * @throws AuthError `invalid_reset_token`, `validation_failed`, `too_many_attempts`, `overloaded`
 */
export type ResetPassword = (command: ResetPasswordCommand) => Promise<void>;

export function makeResetPassword(deps: ResetPasswordDeps): ResetPassword {
  return async ({ token, newPassword, client, signal }) => {
    const now = deps.clock.now();
    const refusal = "invalid_reset_token";
    const presented = { purposes: ["reset_password"], text: token, ip: client.ip, refusal } as const;
    const link = await admittedLink(deps, presented, now);
    const fields = newPasswordFaults("new_password", newPassword, deps.passwordPolicy, link.user);
    if (fields.length > 0) throw new AuthError("validation_failed", { fields });
    const passwordHash = await deps.hasher.hash(newPassword, {
      ip: client.ip,
      account: link.user.id,
      signal,
    });
    // following a mailed link proves that mail to the address arrives
    const verified = link.token.isMailed && { emailVerified: true };
    const user = await endByLink(deps, link, now, () => ({ passwordHash, unlock: true, ...verified }));
    if (user === undefined) throw new AuthError(refusal);
    deps.events.report({ type: "password_reset", userId: user.id });
    await notify(deps, "password_changed", user);
    await removeEndedLinks(deps, link, user);
  };
}
