/** Makes identifiers that are unique and cannot be guessed. */
export interface Ids {
  /** A UUID (RFC 9562), lower case. */
  next(): string;
}
