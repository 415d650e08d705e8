import type { User } from "../../domain/user.ts";

/** What wrong passwords for an account count for. All of it begins anew when the account is unlocked. */
export interface ThrottleKeys {
  /**
   * What was typed: counts of one network are by this. By the account, one refusal would tell any guesser which
   * address belongs to which name.
   */
  readonly typed: string;
  /** The account that is meant, however it was typed; what was typed where nobody has it. */
  readonly account: string;
  /** The user who has the account, if any. */
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

/** What wrong passwords from a device count for that is known by a session of the user. */
export function deviceKeyOf(sessionId: string, { unlocks }: Pick<User, "unlocks">): string {
  return `${sessionId} ${unlocks}`;
}
