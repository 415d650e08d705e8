/** Hashes passwords, slowly on purpose. Both calls wait for a place in the hashing gate. */
export interface PasswordHasher {
  /** A salted hash that says its own kind and cost. @throws AuthError `overloaded` */
  hash(password: string): Promise<string>;
  /**
   * Whether the password has this hash. Without a hash it does the same work and says no, so that an
   * unknown account cannot be told from a wrong password by time.
   * @throws AuthError `overloaded`
   */
  verify(hash: string | undefined, password: string): Promise<boolean>;
  /** Whether a fresh hash of the same password would be of another kind or cost. */
  isOutdated(hash: string): boolean;
}
