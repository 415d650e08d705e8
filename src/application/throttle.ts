import { AuthError } from "../domain/errors.ts";
import { type Limit, networkOf, waitFor } from "../domain/throttle.ts";
import type { AttemptCounters, Counted, Tally } from "./ports/attempt-counters.ts";
import type { MailKind } from "./ports/outbox.ts";
import type { SecurityEvents } from "./ports/security-events.ts";

export interface ThrottleLimits {
  /** Wrong passwords for one account from one network. */
  readonly pair: Limit;
  readonly account: Limit;
  readonly network: Limit;
  /** Wrong passwords for one account from a device where its user was logged in before. */
  readonly device: Limit;
  /** Registrations from one network. */
  readonly registration: Limit;
  /** Mails with a link that are asked for to one address from one network. */
  readonly mailPair: Limit;
  /** Mails with a link that are asked for to one address, from anywhere. */
  readonly mail: Limit;
  /** Mails with a link that are asked for from one network. */
  readonly mailNetwork: Limit;
  /** Notices of one kind about one account. */
  readonly notice: Limit;
  /** Notices to one address. */
  readonly noticeAddress: Limit;
  /** Changes of its password, name or address that one account asks for. */
  readonly change: Limit;
}

/** A code over the text under a key of this service: the same text has the same one, and it tells nothing of the text. */
export type KeyedHash = (text: string) => string;

export interface ThrottleDeps {
  readonly attempts: AttemptCounters;
  readonly events: SecurityEvents;
  readonly limits: ThrottleLimits;
  /** So that storage does not tell who tried to log in, or from where. */
  readonly keyedHash: KeyedHash;
}

/** What is counted: its scope, and who or where. */
interface Subject {
  readonly scope: keyof ThrottleLimits;
  readonly text: string;
}

/** An attempt that was charged and may go on. */
export interface Admission {
  /** Takes the charge back: the attempt was none of what is counted. */
  refund(): Promise<void>;
}

/**
 * Charges attempts before anything costly is done for them. Each call is one round trip to storage.
 * @throws AuthError `too_many_attempts`; the refused attempt itself is not charged
 */
export interface Throttle {
  /** A password that is presented for what somebody typed as an account, known here or not. */
  login(account: string, ip: string, now: Date): Promise<Admission>;
  /** A password that is presented where its user is or was logged in: strangers cannot use this up. */
  device(sessionId: string, now: Date): Promise<Admission>;
  registration(ip: string, now: Date): Promise<Admission>;
  /**
   * A mail with a link that is asked for, to an address that somebody here has or not. The network and address together
   * are charged first, so that what is refused there takes nothing from what others may ask for: two round trips.
   */
  mail(purpose: MailKind, email: string, ip: string, now: Date): Promise<Admission>;
  /** The same for the mail of a registration, which is counted for its network by `registration`. */
  registrationMail(email: string, ip: string, now: Date): Promise<Admission>;
  /** A mail that tells a user what happened to the account. */
  notice(kind: string, userId: string, email: string, now: Date): Promise<Admission>;
  /** A change of password, name or address that a user asks for. */
  change(userId: string, now: Date): Promise<Admission>;
  /** The text of a mailed link that is presented: a wrong one counts as a wrong password from that network. */
  link(ip: string, now: Date): Promise<Admission>;
}

export function makeThrottle(deps: ThrottleDeps): Throttle {
  const { limits } = deps;

  /** Resolves to what was counted. @throws AuthError `too_many_attempts`; nothing is counted then */
  async function charge(subjects: readonly Subject[], now: Date): Promise<readonly Counted[]> {
    const charges = subjects.map(({ scope, text }) => ({
      key: deps.keyedHash(`${scope} ${text}`),
      windowMs: limits[scope].windowMs,
    }));
    const tallies = await deps.attempts.charge(charges, now);
    const tallyAt = (at: number) => tallies[at] as Tally;
    const counted = charges.map(({ key }, at) => ({ key, since: tallyAt(at).since }));
    const refused = subjects.flatMap(({ scope }, at) => {
      const wait = waitFor(tallyAt(at), limits[scope], now);
      return wait === undefined ? [] : [{ scope, wait }];
    });
    if (refused.length === 0) return counted;
    await deps.attempts.refund(counted);
    deps.events.report({ type: "attempt_throttled", scopes: refused.map(({ scope }) => scope) });
    const longest = Math.max(...refused.map(({ wait }) => wait));
    throw new AuthError("too_many_attempts", { retryAfter: Math.ceil(longest / 1_000) });
  }

  const admission = (counted: readonly Counted[]): Admission => ({
    refund: () => deps.attempts.refund(counted),
  });

  const admit = async (subjects: readonly Subject[], now: Date) => admission(await charge(subjects, now));

  /**
   * Charges `first` alone, then the others: what `first` refuses never counts towards the others, not even while it is
   * being taken back. Many attempts at once from one network would use up everybody's otherwise.
   */
  async function admitAfter(first: Subject, others: readonly Subject[], now: Date): Promise<Admission> {
    const own = await charge([first], now);
    const rest = await refundedOnFault(admission(own), charge(others, now));
    return admission([...own, ...rest]);
  }

  const admitMail = (
    purpose: MailKind,
    email: string,
    network: string,
    others: readonly Subject[],
    now: Date,
  ) => {
    const asked = `${purpose} ${email}`;
    const pair = { scope: "mailPair", text: `${asked} ${network}` } as const;
    return admitAfter(pair, [{ scope: "mail", text: asked }, ...others], now);
  };

  return {
    login(account, ip, now) {
      const network = networkOf(ip);
      return admitAfter(
        { scope: "pair", text: `${account} ${network}` },
        [
          { scope: "account", text: account },
          { scope: "network", text: network },
        ],
        now,
      );
    },
    device: (sessionId, now) => admit([{ scope: "device", text: sessionId }], now),
    mail(purpose, email, ip, now) {
      const network = networkOf(ip);
      return admitMail(purpose, email, network, [{ scope: "mailNetwork", text: network }], now);
    },
    registrationMail: (email, ip, now) => admitMail("registration", email, networkOf(ip), [], now),
    notice: (kind, userId, email, now) =>
      admit(
        [
          { scope: "notice", text: `${kind} ${userId}` },
          { scope: "noticeAddress", text: email },
        ],
        now,
      ),
    change: (userId, now) => admit([{ scope: "change", text: userId }], now),
    link: (ip, now) => admit([{ scope: "network", text: networkOf(ip) }], now),
    registration: (ip, now) => admit([{ scope: "registration", text: networkOf(ip) }], now),
  };
}

/** What could not be decided, for want of a turn or of storage, was no attempt. */
export async function refundedOnFault<T>(admission: Admission, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    await admission.refund();
    throw error;
  }
}

/** Two attempts of which both count, or neither. */
export function bothOf(one: Admission, other: Admission): Admission {
  return {
    async refund() {
      await Promise.all([one.refund(), other.refund()]);
    },
  };
}

/** Of an attempt that is not counted. */
export const noCharge: Admission = { refund: async () => {} };

/** Lets everything pass: for tests and load measurements. */
export const noThrottle: Throttle = {
  login: async () => noCharge,
  device: async () => noCharge,
  registration: async () => noCharge,
  mail: async () => noCharge,
  registrationMail: async () => noCharge,
  notice: async () => noCharge,
  change: async () => noCharge,
  link: async () => noCharge,
};
