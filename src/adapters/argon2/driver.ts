/** The cost of one argon2id hash (RFC 9106). */
export interface Argon2Cost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/**
 * An implementation of argon2id. Its calls run in libuv's thread pool, one thread for each call, plus threads of
 * its own if a cost has several lanes.
 */
export interface Argon2Driver {
  /** A hash with a random salt, in the PHC string format. @throws Error if the cost cannot be paid */
  hash(password: string | Buffer, cost: Argon2Cost): Promise<string>;
  /** Whether the password has this hash, which `phc.ts` accepts. */
  verify(phc: string, password: string): Promise<boolean>;
}
