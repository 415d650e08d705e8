import type { OneTimeToken, Purpose } from "../../domain/one-time-token.ts";

/**
 * Makes and reads the text in a mailed link. Only this service can make it, so that storage need not hold it and
 * whoever reads storage cannot follow a link. At least 128 bits of it cannot be guessed.
 */
export interface LinkSecrets {
  /** The same token gives the same text. */
  make(token: Pick<OneTimeToken, "purpose" | "userId" | "id">): string;
  /** Of which token of this purpose it is the text; `undefined` where it is nothing that `make` made. */
  read(purpose: Purpose, text: string): Pick<OneTimeToken, "userId" | "id"> | undefined;
}
