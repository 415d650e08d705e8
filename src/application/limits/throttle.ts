import { AuthError } from "../../domain/errors.ts";
import type { FactorName } from "../../domain/factors/factors.ts";
import type { MailKind } from "../../domain/mails.ts";
import { networkOf } from "../../domain/throttle.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import type { AttemptCounters, CountedAttempt } from "../ports/storage/attempt-counters.ts";
import { type Admission, noCharge } from "./admission.ts";
import type { ThrottleKeys } from "./throttle-keys.ts";
import type { ThrottleLimits } from "./throttle-limits.ts";

/**
 * A keyed hash under a key of this service. Equal texts have equal hashes, and a hash reveals nothing about its
 * text.
 */
export type KeyedHash = (text: string) => string;

export interface ThrottleDeps {
  readonly attempts: AttemptCounters;
  readonly events: SecurityEvents;
  readonly limits: ThrottleLimits;
  /** Hides from readers of the storage who tried to log in, and from where. */
  readonly keyedHash: KeyedHash;
}

/** The subject of a count: its scope, and the account or network. */
interface Subject {
  readonly scope: keyof ThrottleLimits;
  readonly text: string;
}

/** What a factor is presented for. */
export type FactorUse = "login" | "session";

/** Codes and recovery codes are counted apart, so that guessed codes do not use up recovery codes. */
const FACTOR_SCOPES = { totp: "code", recovery_code: "recoveryCode" } as const;

/** A charged registration, and the mail that it requests. */
export interface RegistrationAdmission {
  readonly registration: Admission;
  readonly mail: Admission;
}

/** A charged change of an account, and the password presented for it. */
export interface ChangeAdmission {
  readonly change: Admission;
  readonly password: Admission;
}

/** A requested mail with a link, to an address that may or may not have an account. */
export interface AskedMail {
  readonly purpose: MailKind;
  readonly email: string;
}

/**
 * Charges attempts before anything costly is done for them. All counts of an attempt are charged together, if none of
 * them is over its limit.
 * @throws AuthError `too_many_attempts`; the refused attempt itself is not charged
 */
export interface Throttle {
  /** Charges a password for a typed account name or address, whether or not the account exists. */
  login(keys: ThrottleKeys, ip: string, now: Date): Promise<Admission>;
  /**
   * Charges a password from a device where its user is or was logged in. Strangers cannot use up this limit.
   */
  device(key: string, now: Date): Promise<Admission>;
  /**
   * Charges a registration; with `email`, one that mails a link there. That mail does not count for its
   * network.
   */
  registration(ip: string, email: string | undefined, now: Date): Promise<RegistrationAdmission>;
  /** Charges mails with a link, all of them or none. */
  mails(asked: readonly AskedMail[], ip: string, now: Date): Promise<Admission>;
  /** Charges a notice, which is a mail about an event of the account. */
  notice(kind: string, userId: string, email: string, now: Date): Promise<Admission>;
  /**
   * Charges a change of password, name or address. `device` is the key of the session's device if a password is presented,
   * which is charged, too.
   */
  change(userId: string, device: string | undefined, now: Date): Promise<ChangeAdmission>;
  /**
   * Charges a code or a recovery code for an account. Logins have one count, and all sessions of the account another one, so
   * that failed logins do not stop the sessions. No correct password refunds it, and unlocking the account does not clear
   * it. The network is not charged: to present a factor takes the password or a session.
   */
  factor(factor: FactorName, userId: string, use: FactorUse, now: Date): Promise<Admission>;
  /** Charges the set-up of an authenticator. The limit is that of notices, so that each set-up is mailed. */
  setUp(userId: string, now: Date): Promise<Admission>;
  /** Charges an answer to the challenge of a login, by its id. */
  challenge(id: string, now: Date): Promise<Admission>;
  /** Charges the use of a mailed link, by its id. Only recipients of the mail can use up this limit. */
  link(id: string, now: Date): Promise<Admission>;
  /** Charges a forged link. It counts as a wrong password from that network. */
  forgedLink(ip: string, now: Date): Promise<Admission>;
}

export function makeThrottle(deps: ThrottleDeps): Throttle {
  const { limits } = deps;

  /** Charges subjects, narrowest first. @throws AuthError `too_many_attempts`; nothing is counted then */
  async function charge(
    subjects: readonly Subject[],
    now: Date,
    userId?: string,
  ): Promise<readonly CountedAttempt[]> {
    const charges = subjects.map(({ scope, text }) => ({
      key: deps.keyedHash(`${scope} ${text}`),
      limit: limits[scope],
    }));
    const { counted, refused } = await deps.attempts.charge(charges, now);
    if (refused === undefined) return counted;
    const { scope } = subjects[refused.at] as Subject;
    deps.events.report({ type: "attempt_throttled", scopes: [scope], userId });
    throw new AuthError("too_many_attempts", { retryAfter: Math.ceil(refused.waitMs / 1_000) });
  }

  const admission = (counted: readonly CountedAttempt[]): Admission => ({
    refund: () => deps.attempts.refund(counted),
  });

  const admit = async (...args: Parameters<typeof charge>) => admission(await charge(...args));

  return {
    login({ typed, account, userId }, ip, now) {
      const network = networkOf(ip);
      return admit(
        [
          { scope: "pair", text: `${typed} ${network}` },
          { scope: "account", text: account },
          { scope: "network", text: network },
        ],
        now,
        userId,
      );
    },
    device: (key, now) => admit([{ scope: "device", text: key }], now),
    async registration(ip, email, now) {
      const network = networkOf(ip);
      const mail = email === undefined ? [] : mailSubjects({ purpose: "registration", email }, network);
      const counted = await charge([...mail, { scope: "registration", text: network }], now);
      return {
        mail: admission(counted.slice(0, mail.length)),
        registration: admission(counted.slice(mail.length)),
      };
    },
    mails(asked, ip, now) {
      const network = networkOf(ip);
      const ofNetwork = asked.map((): Subject => ({ scope: "mailNetwork", text: network }));
      return admit([...asked.flatMap((mail) => mailSubjects(mail, network)), ...ofNetwork], now);
    },
    notice: (kind, userId, email, now) =>
      admit(
        [
          { scope: "notice", text: `${kind} ${userId}` },
          { scope: "noticeAddress", text: email },
        ],
        now,
      ),
    async change(userId, device, now) {
      const password: Subject[] = device === undefined ? [] : [{ scope: "device", text: device }];
      const counted = await charge([...password, { scope: "change", text: userId }], now);
      return {
        password: admission(counted.slice(0, password.length)),
        change: admission(counted.slice(password.length)),
      };
    },
    factor: (factor, userId, use, now) =>
      admit([{ scope: FACTOR_SCOPES[factor], text: `${userId} ${use}` }], now, userId),
    setUp: (userId, now) => admit([{ scope: "notice", text: `set_up ${userId}` }], now, userId),
    challenge: (id, now) => admit([{ scope: "challenge", text: id }], now),
    link: (id, now) => admit([{ scope: "link", text: id }], now),
    forgedLink: (ip, now) => admit([{ scope: "network", text: networkOf(ip) }], now),
  };
}

function mailSubjects({ purpose, email }: AskedMail, network: string): Subject[] {
  const asked = `${purpose} ${email}`;
  return [
    { scope: "mailPair", text: `${asked} ${network}` },
    { scope: "mail", text: asked },
  ];
}

/** Admits every attempt, for tests and load measurements. */
export const noThrottle: Throttle = {
  login: async () => noCharge,
  device: async () => noCharge,
  registration: async () => ({ registration: noCharge, mail: noCharge }),
  mails: async () => noCharge,
  notice: async () => noCharge,
  change: async () => ({ change: noCharge, password: noCharge }),
  factor: async () => noCharge,
  setUp: async () => noCharge,
  challenge: async () => noCharge,
  link: async () => noCharge,
  forgedLink: async () => noCharge,
};
