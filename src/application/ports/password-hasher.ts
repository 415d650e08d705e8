/**
 * Hashes passwords, slowly on purpose. Passwords are given as they were sent; whether they are normalized first depends on
 * the kind of hash.
 */
export interface PasswordHasher {
  /** A salted hash, encoded with its kind and cost. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password has this hash. Without a hash it does the same work and resolves to `false`, so that the time does
   * not distinguish an unknown account from a wrong password.
   */
  verify(hash: string | undefined, password: string): Promise<boolean>;
  /** Whether a fresh hash of the same password would be of another kind or cost. */
  isOutdated(hash: string): boolean;
}
