import type { ThrottleLimits } from "../../application/limits/throttle-limits.ts";
import type { Limit } from "../../domain/throttle.ts";
import type { Config } from "../settings/config.ts";

const MINUTE = 60_000;

/** Wrong answers that a login's challenge survives; it expires before this count does. */
const CHALLENGE_ANSWERS = 5;

/** The limits on attempts, from the configuration. */
export function throttleLimits(config: Config): ThrottleLimits {
  return {
    pair: {
      attempts: config.THROTTLE_PAIR,
      windowMs: 60 * MINUTE,
      waits: { firstMs: MINUTE, longestMs: 15 * MINUTE },
    },
    account: { attempts: config.THROTTLE_ACCOUNT, windowMs: 60 * MINUTE },
    network: { attempts: config.THROTTLE_NETWORK, windowMs: 60 * MINUTE },
    device: { attempts: config.THROTTLE_DEVICE, windowMs: 15 * MINUTE },
    // the same limit as for wrong passwords from a known device: strangers can use up neither
    link: { attempts: config.THROTTLE_DEVICE, windowMs: 15 * MINUTE },
    code: { attempts: config.THROTTLE_CODE, windowMs: 60 * MINUTE },
    // 80 bits cannot be guessed: the limit is for the load
    recoveryCode: { attempts: 100 * config.THROTTLE_CODE, windowMs: 60 * MINUTE },
    challenge: { attempts: CHALLENGE_ANSWERS, windowMs: 10 * MINUTE },
    mailPair: { attempts: config.THROTTLE_MAIL_PAIR, windowMs: 60 * MINUTE },
    mail: { attempts: config.THROTTLE_MAIL, windowMs: 60 * MINUTE },
    mailNetwork: { attempts: config.THROTTLE_MAIL_NETWORK, windowMs: 60 * MINUTE },
    notice: { attempts: config.THROTTLE_NOTICE, windowMs: 60 * MINUTE },
    noticeAddress: { attempts: config.THROTTLE_NOTICE_ADDRESS, windowMs: 60 * MINUTE },
    change: { attempts: config.THROTTLE_CHANGE, windowMs: 60 * MINUTE },
    registration: { attempts: config.THROTTLE_REGISTRATION, windowMs: 60 * MINUTE },
  };
}

/** The limit on refreshes of one session. */
export function refreshLimit({ THROTTLE_REFRESH }: Config): Limit {
  return { attempts: THROTTLE_REFRESH, windowMs: MINUTE };
}

/** The limit on sessions that one account begins. */
export function loginLimit({ THROTTLE_SESSIONS }: Config): Limit {
  return { attempts: THROTTLE_SESSIONS, windowMs: 60 * MINUTE };
}

/** The limit on access tokens that one account revokes one by one. */
export function revocationLimit({ THROTTLE_REVOCATIONS }: Config): Limit {
  return { attempts: THROTTLE_REVOCATIONS, windowMs: 60 * MINUTE };
}
