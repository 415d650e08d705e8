/** Password hashes of a kind that is still verified but no longer made. */
export interface FlaskHashes {
  /** Whether a stored hash is of this kind and of an acceptable cost. */
  accepts(hash: string): boolean;
  /** The number of rounds of a hash of this kind; `undefined` for a hash that is not accepted. */
  roundsOf(hash: string): number | undefined;
  /** Whether the password, unchanged, matches this hash. False for a hash of another kind. */
  verify(hash: string, password: string): Promise<boolean>;
  /** A hash of the usual cost for which no password is known. */
  readonly standIn: string;
}
