/**
 * Rules for the addresses that an account has had: which of them a mailed link may put back.
 *
 * Each change of address begins a new revision. A link that puts an address back was mailed to the address of one
 * revision, and asking for it needed the password then. Whoever had the address earlier is trusted more: putting back
 * the address of a revision ends the links of that revision and of all later ones, never those of earlier ones. So
 * somebody who takes an account over cannot end the owner's link, whatever is done with the links mailed afterwards.
 */

/** An earlier address of an account, without the address. */
interface FormerEmail {
  readonly revision: number;
  /** No link of that revision serves from then on. */
  readonly until: Date;
}

export interface EmailHistory {
  /** Grows with each change of address; no two addresses of one account have the same. */
  readonly revision: number;
  /** The earlier revisions that can be put back, the oldest first. */
  readonly former: readonly FormerEmail[];
}

/** Of an account whose address was never changed. */
const FIRST: EmailHistory = { revision: 0, former: [] };

/** A link serves for three days from the moment when it is asked for; one hour is for clocks that differ. */
const KEPT_MS = 73 * 3_600_000;
const MOST_FORMER = 16;

interface WithHistory {
  readonly emailHistory: EmailHistory | undefined;
}

/** The number of the user's present address. */
export function emailRevision({ emailHistory = FIRST }: WithHistory): number {
  return emailHistory.revision;
}

/** Whether a link that was made under this revision may still put its address back. */
export function canPutBack({ emailHistory = FIRST }: WithHistory, revision: number): boolean {
  const { former } = emailHistory;
  return revision === emailHistory.revision || former.some((each) => each.revision === revision);
}

/**
 * After a change to another address. Where there were too many in three days, the moment when the next one is allowed:
 * none of the earlier links is given up for it, and the record of the user stays small.
 */
export function afterChange({ emailHistory = FIRST }: WithHistory, now: Date): EmailHistory | Date {
  const { revision } = emailHistory;
  const former = emailHistory.former.filter(({ until }) => until > now);
  const [oldest] = former;
  if (oldest !== undefined && former.length >= MOST_FORMER) return oldest.until;
  const until = new Date(now.getTime() + KEPT_MS);
  return { revision: revision + 1, former: [...former, { revision, until }] };
}

/** After the address of this revision was put back. */
export function afterPuttingBack({ emailHistory = FIRST }: WithHistory, revision: number): EmailHistory {
  const former = emailHistory.former.filter((each) => each.revision < revision);
  return { revision: emailHistory.revision + 1, former };
}

/** After an end of every link, those included that put back an address. */
export function afterEndOfAll(user: WithHistory): EmailHistory {
  return { revision: emailRevision(user) + 1, former: [] };
}
