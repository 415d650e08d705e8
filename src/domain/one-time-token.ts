/** Rules for what a mailed link is good for, and how long. */

const HOUR = 3_600_000;

/** Purposes of mailed links, and how long after its mail was sent a link serves, in milliseconds. */
const LINK_LIFE_MS = {
  reset_password: HOUR,
  verify_email: 24 * HOUR,
  change_email: 24 * HOUR,
} as const;

export type Purpose = keyof typeof LINK_LIFE_MS;

export function linkEnd(purpose: Purpose, now: Date): Date {
  return new Date(now.getTime() + LINK_LIFE_MS[purpose]);
}
