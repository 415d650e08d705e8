import { AuthError } from "../../domain/errors.ts";
import { registrationUntil, revocationKey } from "../../domain/revocation.ts";
import type { Limit } from "../../domain/throttle.ts";
import { withCurrentCanonicalForm } from "../../domain/username.ts";
import { refundedOnFault } from "../limits/admission.ts";
import type { KeyedHash, Throttle } from "../limits/throttle.ts";
import type { Clock } from "../ports/clock.ts";
import type { Ids } from "../ports/ids.ts";
import type { PendingRegistration, RegistrationSeal } from "../ports/registration-seal.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { AttemptCounters } from "../ports/storage/attempt-counters.ts";
import type { RevocationRepository } from "../ports/storage/revocations.ts";
import type { UserRepository } from "../ports/storage/users.ts";
import type { VerifyEmail } from "../recovery/verify-email.ts";
import { newUser } from "../users/new-account.ts";

export interface CompleteRegistrationDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly users: UserRepository;
  readonly attempts: AttemptCounters;
  readonly revocations: RevocationRepository;
  readonly keyedHash: KeyedHash;
  readonly throttle: Throttle;
  readonly events: SecurityEvents;
  readonly registrationSeal: RegistrationSeal;
  readonly registrationOpen: boolean;
}

/**
 * Makes the account of a registration link, with its address verified. A link makes an account once, and none if an account
 * with the address was deleted since its request. Of several links for one name or address, one makes an account.
 * @throws AuthError `invalid_verification_token`, `registration_closed`, `username_taken`, `email_taken`,
 * `too_many_attempts`
 */
export type CompleteRegistration = VerifyEmail;

export function makeCompleteRegistration(deps: CompleteRegistrationDeps): CompleteRegistration {
  return async ({ token, client }) => {
    const now = deps.clock.now();
    const registration = await deps.registrationSeal.open(token, now);
    if (registration === undefined) {
      await deps.throttle.forgedLink(client.ip, now);
      throw new AuthError("invalid_verification_token");
    }
    if (!deps.registrationOpen) throw new AuthError("registration_closed");
    const presented = await deps.throttle.link(registration.id, now);
    await register(deps, registration, now).catch(async (error) => {
      // a refused link stays charged under its id; an attempt that failed does not
      if (!(error instanceof AuthError)) await presented.refund();
      throw error;
    });
    await presented.refund();
  };
}

async function register(
  deps: CompleteRegistrationDeps,
  registration: PendingRegistration,
  now: Date,
): Promise<void> {
  const use = await useUp(deps, registration.id, now);
  if (await refundedOnFault(use, () => isLinkRevoked(deps, registration))) {
    throw new AuthError("invalid_verification_token");
  }
  // an earlier version may have made the link, with another canonical form of the name
  const account = { ...registration, username: withCurrentCanonicalForm(registration.username) };
  const user = newUser(deps.ids.next(), account, registration.passwordHash, now);
  await refundedOnFault(use, () => deps.users.add({ ...user, emailVerified: true }));
  deps.events.report({ type: "user_registered", userId: user.id, sessionId: undefined });
}

/** True if an account with the address was deleted, or a backup restored, after the link was requested. */
async function isLinkRevoked(
  { revocations, keyedHash }: CompleteRegistrationDeps,
  { email, askedAt }: PendingRegistration,
): Promise<boolean> {
  const own = revocationKey.registration(keyedHash(email.canonical));
  const found = await revocations.find([own, revocationKey.registrations], registrationUntil(askedAt));
  return found.size > 0;
}

/** The window is longer than a link is valid. */
const ONCE: Limit = { attempts: 1, windowMs: 25 * 3_600_000 };

/**
 * Counts the use of a link and admits the first one: nothing is stored for a link before it is used. If the process dies
 * right after this, the link is used up without an account, and the user has to register again.
 */
async function useUp({ attempts, keyedHash }: CompleteRegistrationDeps, id: string, now: Date) {
  const key = keyedHash(`registration ${id}`);
  const { counted, refused } = await attempts.charge([{ key, limit: ONCE }], now);
  if (refused) throw new AuthError("invalid_verification_token");
  return { refund: () => attempts.refund(counted) };
}
