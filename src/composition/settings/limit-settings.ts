import { z } from "zod";
import { whole } from "./setting-kinds.ts";

/** Settings that limit repeated requests; see docs/throttling.md. */
export const limitSettings = {
  LOGIN_THROTTLE: z
    .enum(["on", "off"], "must be on or off")
    .default("on")
    .describe("Whether attempts are limited; off for tests and load measurements"),
  THROTTLE_PAIR: whole(1, 1_000_000)
    .default(5)
    .describe("Wrong passwords for one account from one network, before a wait of 1 minute doubling to 15"),
  THROTTLE_ACCOUNT: whole(1, 1_000_000).default(50).describe("Wrong passwords for one account in an hour"),
  THROTTLE_NETWORK: whole(1, 1_000_000).default(200).describe("Wrong passwords from one network in an hour"),
  THROTTLE_DEVICE: whole(1, 1_000_000)
    .default(10)
    .describe("Wrong passwords from a device known to the account, in 15 minutes"),
  THROTTLE_CODE: whole(1, 1_000_000)
    .default(10)
    .describe(
      "Wrong codes of an authenticator for one account in an hour, at logins and in each session; recovery codes: 100 times as many",
    ),
  THROTTLE_REGISTRATION: whole(1, 1_000_000)
    .default(100)
    .describe("Registrations from one network in an hour"),
  THROTTLE_REFRESH: whole(1, 1_000_000)
    .default(120)
    .describe("Refreshes of one session in a minute, by each process"),
  THROTTLE_SESSIONS: whole(1, 1_000_000)
    .default(300)
    .describe("Sessions that one account begins, and reauthentications, in an hour, by each process"),
  THROTTLE_REVOCATIONS: whole(1, 1_000_000)
    .default(300)
    .describe("Access tokens that one account revokes one by one in an hour, by each process"),
  THROTTLE_MAIL_PAIR: whole(1, 1_000_000)
    .default(3)
    .describe(
      "Mails of one kind, with a link, that may be asked for to one address from one network in an hour",
    ),
  THROTTLE_MAIL: whole(1, 1_000_000)
    .default(20)
    .describe(
      "Mails of one kind, with a link, that may be asked for to one address, from anywhere, in an hour",
    ),
  THROTTLE_MAIL_NETWORK: whole(1, 1_000_000)
    .default(50)
    .describe("Mails with a link that may be asked for from one network in an hour"),
  THROTTLE_NOTICE: whole(1, 1_000_000)
    .default(3)
    .describe("Notices of one kind mailed to one account in an hour; further ones are not sent"),
  THROTTLE_NOTICE_ADDRESS: whole(1, 1_000_000)
    .default(10)
    .describe("Notices of all kinds mailed to one address in an hour; further ones are not sent"),
  THROTTLE_CHANGE: whole(1, 1_000_000)
    .default(20)
    .describe("Changes of its password, name or address that one account may ask for in an hour"),
};
