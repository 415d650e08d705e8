import type { User } from "../../domain/user.ts";

/**
 * The keys under which wrong passwords for an account are counted. Unlocking the account changes all of them.
 */
export interface ThrottleKeys {
  /**
   * The key of the typed text, for counts per network. With a key per account, a refusal would reveal which
   * address belongs to which name.
   */
  readonly typed: string;
  /**
   * The key of the account, whether its name or address was typed; of the typed text if there is no such
   * account.
   */
  readonly account: string;
  /** The user of the account, if it exists. */
  readonly userId: string | undefined;
}

export function throttleKeysOf(typed: string, user: Pick<User, "id" | "unlocks"> | undefined): ThrottleKeys {
  const unlocks = user?.unlocks ?? 0;
  return {
    typed: `${unlocks} ${typed}`,
    // the prefix keeps typed text from colliding with another account's key
    account: user === undefined ? `typed ${typed}` : `user ${user.id} ${unlocks}`,
    userId: user?.id,
  };
}

/** The key under which wrong passwords from a device known by a session are counted. */
export function deviceKeyOf(sessionId: string, { unlocks }: Pick<User, "unlocks">): string {
  return `${sessionId} ${unlocks}`;
}
