/**
 * Rules for the former addresses of an account: which of them a mailed link may restore.
 *
 * Each change of address begins a new revision. A link that restores an address was mailed to the address of one
 * revision, and requesting it needed the password. The holder of an earlier address is trusted more: restoring the
 * address of a revision ends the links of that revision and of all later ones, but never those of earlier ones. An
 * attacker who takes over an account can therefore not end the owner's link, whatever the attacker does with links that
 * are mailed later.
 */

/** The record of a former address, without the address. */
interface FormerEmail {
  readonly revision: number;
  /** When the last link of that revision has expired. */
  readonly until: Date;
}

export interface EmailHistory {
  /** The number of the present address; each change of address increases it. */
  readonly revision: number;
  /** The former revisions that can be restored, the oldest first. */
  readonly former: readonly FormerEmail[];
}

/** The history of an account whose address was never changed. */
const FIRST: EmailHistory = { revision: 0, former: [] };

/** A link is valid for three days after its request; the additional hour allows for clocks that differ. */
const KEPT_MS = 73 * 3_600_000;
const MAX_FORMER = 16;

interface WithHistory {
  readonly emailHistory: EmailHistory | undefined;
}

/** The revision of the user's present address. */
export function emailRevision({ emailHistory = FIRST }: WithHistory): number {
  return emailHistory.revision;
}

/** True if a link that was made under this revision may still restore its address. */
export function canRestoreAddress({ emailHistory = FIRST }: WithHistory, revision: number): boolean {
  const { former } = emailHistory;
  return revision === emailHistory.revision || former.some((each) => each.revision === revision);
}

/**
 * The history after a change to another address; after too many changes in three days, the time when the next one is
 * allowed. The number is limited so that the record stays small without giving up any earlier link.
 */
export function afterChange({ emailHistory = FIRST }: WithHistory, now: Date): EmailHistory | Date {
  const { revision } = emailHistory;
  const former = emailHistory.former.filter(({ until }) => until > now);
  const [oldest] = former;
  if (oldest !== undefined && former.length >= MAX_FORMER) return oldest.until;
  const until = new Date(now.getTime() + KEPT_MS);
  return { revision: revision + 1, former: [...former, { revision, until }] };
}

/** The history after the address of this revision was restored. */
export function afterRestoring({ emailHistory = FIRST }: WithHistory, revision: number): EmailHistory {
  const former = emailHistory.former.filter((each) => each.revision < revision);
  return { revision: emailHistory.revision + 1, former };
}

/** The history after every link was ended, including those that restore an address. */
export function afterEndOfAll(user: WithHistory): EmailHistory {
  return { revision: emailRevision(user) + 1, former: [] };
}
