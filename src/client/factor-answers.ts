import type { SignedIn } from "./answers.ts";

/** Requests and answers about second factors, with the names on the wire. */

/** The factor that completes a sign-in: either a code of the authenticator or a recovery code. */
export type SecondFactor = { readonly challenge: string } & (
  | { readonly code: string; readonly recovery_code?: never }
  | { readonly recovery_code: string; readonly code?: never }
);

/** A sign-in that was completed by a second factor. */
export interface CompletedLogin extends SignedIn {
  /** If a recovery code was used and fewer than three are left. */
  readonly recovery_codes_left?: number;
}

/** The password or a code. An account with a second factor needs the code. */
export type Proof =
  | { readonly password: string; readonly code?: never }
  | { readonly code: string; readonly password?: never };

export type FactorName = "totp" | "recovery_code";

/** The second factors of the account, and whether it has a password. */
export interface Factors {
  readonly password: boolean;
  readonly totp: { readonly created_at: string } | null;
  readonly recovery_codes_left: number;
}

/** The secret of a new authenticator, which is not shown again. */
export interface NewTotp {
  /** For typing, in base32. */
  readonly secret: string;
  /** For a QR code. */
  readonly uri: string;
}

export interface TotpConfirmation {
  readonly code: string;
  readonly end_other_sessions?: boolean;
}

export interface RecoveryCodes {
  readonly recovery_codes: readonly string[];
}
