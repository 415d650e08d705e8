import type { Limit } from "../../domain/throttle.ts";

/** How often what may be attempted, by the scope that names it in events. */
export interface ThrottleLimits {
  /** Wrong passwords for one account from one network. */
  readonly pair: Limit;
  readonly account: Limit;
  readonly network: Limit;
  /** Wrong passwords for one account from a device where its user was logged in before. */
  readonly device: Limit;
  /** A mailed link that is presented and does not serve. */
  readonly link: Limit;
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
