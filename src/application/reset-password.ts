import { AuthError } from "../domain/errors.ts";
import { newPasswordFaults, type PasswordPolicy } from "../domain/password.ts";
import type { User } from "../domain/user.ts";
import { type EndEpochDeps, endEpoch } from "./end-epoch.ts";
import type { GatedHasher } from "./hashing-gate.ts";
import type { Turn } from "./hashing-turn.ts";
import { type OneTimeLinksDeps, presentedToken } from "./one-time-links.ts";
import type { OneTimeToken } from "./ports/one-time-tokens.ts";
import type { SecurityEvents } from "./ports/security-events.ts";
import { type NoticeDeps, notify } from "./send-later.ts";
import type { Throttle } from "./throttle.ts";

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
  readonly isGone?: Turn["isGone"];
}

/**
 * Sets the password of who reads the mail, once for each link, and ends every session.
 * @throws AuthError `invalid_reset_token`, `validation_failed`, `too_many_attempts`, `overloaded`
 */
export type ResetPassword = (command: ResetPasswordCommand) => Promise<void>;

export function makeResetPassword(deps: ResetPasswordDeps): ResetPassword {
  return async ({ token: text, newPassword, client, isGone }) => {
    const now = deps.clock.now();
    const admission = await deps.throttle.link(client.ip, now);
    const token = await presentedToken(deps, "reset_password", text, now);
    const user = token && (await ownerOf(deps, token));
    if (token === undefined || user === undefined) throw new AuthError("invalid_reset_token");
    await admission.refund();
    const fields = newPasswordFaults("new_password", newPassword, deps.passwordPolicy, user);
    if (fields.length > 0) throw new AuthError("validation_failed", { fields });
    const passwordHash = await deps.hasher.hash(newPassword, { ip: client.ip, account: user.id, isGone });
    await setPassword(deps, token, passwordHash, now);
  };
}

/** Using the link up is what decides among several resets; the epoch, what becomes of everything else. */
async function setPassword(
  deps: ResetPasswordDeps,
  token: OneTimeToken,
  passwordHash: string,
  now: Date,
): Promise<void> {
  if (!(await deps.oneTimeTokens.consume(token.purpose, token.userId, token.id))) {
    throw new AuthError("invalid_reset_token");
  }
  for (;;) {
    const user = await ownerOf(deps, token);
    if (user === undefined) throw new AuthError("invalid_reset_token");
    const ended = await endEpoch(deps, user, now, { keptSession: undefined, passwordHash });
    // another change came first; the link is used up, and its password is the latest
    if (ended === undefined) continue;
    // who came by the link reads the address's mail
    if (!user.emailVerified) await deps.users.rename(user, { emailVerified: true });
    deps.events.report({ type: "password_reset", userId: user.id });
    await notify(deps, "password_changed", user);
    return;
  }
}

/** Whoever reads the mail of an address that the user has left is not the user. */
async function ownerOf({ users }: ResetPasswordDeps, token: OneTimeToken): Promise<User | undefined> {
  const user = await users.findById(token.userId);
  return user?.email.canonical === token.email.canonical && !user.disabled ? user : undefined;
}
