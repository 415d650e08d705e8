import type { Cancellation } from "../ports/cancellation.ts";

/** For whom a hash is made. Places are shared out fairly among networks, and within each among accounts. */
export interface HashRequest {
  /** The client's address. */
  readonly ip: string;
  /**
   * The account whose password it is: the name or address as it is looked up, or the id of a user who is logged
   * in. They count as several accounts, since treating them as one would tell which of them belong together.
   */
  readonly account?: string | undefined;
  /** Newcomers take a quarter of the queue at most, and two never follow each other while somebody else waits. */
  readonly isNewcomer?: boolean;
  /** Aborted once the client has gone, so that nobody would see the answer. */
  readonly signal?: Cancellation | undefined;
}

/** What is known of a request early: before its body is read, not the account. */
export type EarlyHashRequest = Pick<HashRequest, "ip" | "account" | "isNewcomer">;

/** An operator's command is a process of its own, in which nobody else waits. */
export const OPERATOR_REQUEST: HashRequest = { ip: "" };
