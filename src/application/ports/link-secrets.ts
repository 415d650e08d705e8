import type { OneTimeToken, Purpose } from "../../domain/one-time-token.ts";

/**
 * Makes and reads the secret text in a mailed link. Only this service can make it, so that storage does not hold it and a
 * reader of the storage cannot follow a link. At least 128 bits of it cannot be guessed.
 */
export interface LinkSecrets {
  /** The same token gives the same text. */
  make(token: Pick<OneTimeToken, "purpose" | "userId" | "id">): string;
  /** The token of this purpose whose text it is; `undefined` if `make` did not make it. */
  read(purpose: Purpose, text: string): Pick<OneTimeToken, "userId" | "id"> | undefined;
}
