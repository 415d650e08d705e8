/** Password hashes of a kind that is checked, and never made any more. */
export interface LegacyHashes {
  /** Whether a stored hash is of this kind, and of a cost that is worth checking. */
  accepts(hash: string): boolean;
  /** How often a hash of this kind repeats its work; `undefined` for what is not accepted. */
  roundsOf(hash: string): number | undefined;
  /** Whether the password, as it was sent, has this hash. False for a hash of another kind. */
  verify(hash: string, password: string): Promise<boolean>;
  /** A hash of the usual cost that no password is known for. */
  readonly standIn: string;
}
