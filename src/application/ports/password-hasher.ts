/**
 * Hashes passwords, slowly on purpose. Passwords come as they were sent; whether letters are composed first is
 * a matter of the kind of hash.
 */
export interface PasswordHasher {
  /** A salted hash that says its own kind and cost. */
  hash(password: string): Promise<string>;
  /**
   * Whether the password has this hash. Without a hash it does the same work and says no, so that an
   * unknown account cannot be told from a wrong password by time.
   */
  verify(hash: string | undefined, password: string): Promise<boolean>;
  /** Whether a fresh hash of the same password would be of another kind or cost. */
  isOutdated(hash: string): boolean;
}
