import type { Limit } from "../../domain/throttle.ts";

/** The limits on attempts, by the scope that names each in events. */
export interface ThrottleLimits {
  /** Wrong passwords for one account from one network. */
  readonly pair: Limit;
  readonly account: Limit;
  readonly network: Limit;
  /** Wrong passwords for one account from a device where its user has logged in before. */
  readonly device: Limit;
  /** Codes of an authenticator for one account. */
  readonly code: Limit;
  /** Wrong recovery codes for one account. */
  readonly recoveryCode: Limit;
  /** Wrong answers to the challenge of one login. */
  readonly challenge: Limit;
  /** Failed uses of one mailed link. */
  readonly link: Limit;
  /** Registrations from one network. */
  readonly registration: Limit;
  /** Mails with a link requested to one address from one network. */
  readonly mailPair: Limit;
  /** Mails with a link requested to one address, from anywhere. */
  readonly mail: Limit;
  /** Mails with a link requested from one network. */
  readonly mailNetwork: Limit;
  /** Notices of one kind about one account. */
  readonly notice: Limit;
  /** Notices to one address. */
  readonly noticeAddress: Limit;
  /** Changes of password, name or address requested by one account. */
  readonly change: Limit;
}
