/** Stores small values that all processes sharing a storage must agree on. */
export interface StoredValues {
  find(name: string): Promise<string | undefined>;
  /** Stores the value if the name has none yet, and resolves to the value stored then: the first one wins. */
  claim(name: string, value: string): Promise<string>;
  /** Replaces the value, if it is still the expected one. Resolves to whether it did. */
  replace(name: string, expected: string, next: string): Promise<boolean>;
}
