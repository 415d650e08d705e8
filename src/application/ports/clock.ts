/** The one clock. A use case reads it once, before its first read of storage. */
export interface Clock {
  now(): Date;
}
