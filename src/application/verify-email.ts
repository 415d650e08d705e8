import { AuthError } from "../domain/errors.ts";
import type { User } from "../domain/user.ts";
import { type OneTimeLinksDeps, presentedToken } from "./one-time-links.ts";
import type { OneTimeToken } from "./ports/one-time-tokens.ts";
import type { SecurityEvents } from "./ports/security-events.ts";
import type { NameChanges, UserRepository } from "./ports/users.ts";
import { type NoticeDeps, notify } from "./send-later.ts";
import type { Throttle } from "./throttle.ts";

export interface VerifyEmailDeps extends OneTimeLinksDeps, NoticeDeps {
  readonly users: UserRepository;
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
  return async ({ token: text, client }) => {
    const now = deps.clock.now();
    const admission = await deps.throttle.link(client.ip, now);
    const token =
      (await presentedToken(deps, "verify_email", text, now)) ??
      (await presentedToken(deps, "change_email", text, now));
    if (token === undefined) throw new AuthError("invalid_verification_token");
    await admission.refund();
    if (!(await deps.oneTimeTokens.consume(token.purpose, token.userId, token.id))) {
      throw new AuthError("invalid_verification_token");
    }
    await apply(deps, token);
  };
}

async function apply(deps: VerifyEmailDeps, token: OneTimeToken): Promise<void> {
  for (;;) {
    const user = await deps.users.findById(token.userId);
    const changes = user && changesBy(token, user);
    if (user === undefined || changes === undefined) throw new AuthError("invalid_verification_token");
    // another change came first: what this one means is looked at again
    if (!(await deps.users.rename(user, changes))) continue;
    if (changes.email === undefined) {
      deps.events.report({ type: "email_verified", userId: user.id });
      return;
    }
    deps.events.report({ type: "email_changed", userId: user.id });
    // the old address is told, for its owner may know nothing of it
    await notify(deps, "email_changed", user);
    return;
  }
}

function changesBy({ purpose, email }: OneTimeToken, user: User): NameChanges | undefined {
  if (purpose === "change_email") return { email, emailVerified: true };
  // the address was changed since, and of the new one nothing is known
  return user.email.canonical === email.canonical ? { emailVerified: true } : undefined;
}
