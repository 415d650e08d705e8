/** Makes identifiers that nobody can guess and no two callers share. */
export interface Ids {
  /** A UUID (RFC 9562), lower case. */
  next(): string;
}
