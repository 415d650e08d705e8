import type { Cancellation } from "../ports/cancellation.ts";

/** The client and the account that a hash is for. Places are shared fairly among networks, and within each network among accounts. */
export interface HashRequest {
  /** The client's address. */
  readonly ip: string;
  /**
   * The account of the password: the name or address as it is looked up, or the id of a logged-in user. Name,
   * address and id count as different accounts, because treating them as one would reveal which of them belong
   * together.
   */
  readonly account?: string | undefined;
  /** Newcomers take at most a quarter of the queue, and two never run in a row while a known client waits. */
  readonly isNewcomer?: boolean;
  /** Aborted once the connection is closed or the answer is sent. */
  readonly signal?: Cancellation | undefined;
}

/** The part of a request that is known early: before the body is read, the account is unknown. */
export type EarlyHashRequest = Pick<HashRequest, "ip" | "account" | "isNewcomer">;

/** The request of an operator's command, which runs in its own process without other requests. */
export const OPERATOR_REQUEST: HashRequest = { ip: "" };
