/** The owner of a sealed secret. The secret opens for no other. */
export interface SealOwner {
  readonly userId: string;
  readonly factorId: string;
}

export interface OpenedSecret {
  readonly secret: Uint8Array;
  /** True if a former SECRET_KEY sealed it: it has to be sealed anew before that key is given up. */
  readonly isOutdated: boolean;
}

/** Encrypts the secrets of factors for storage. */
export interface FactorSeal {
  seal(secret: Uint8Array, owner: SealOwner): Promise<string>;
  /** @throws Error if the secret was sealed under an unknown key or for another owner */
  open(sealed: string, owner: SealOwner): Promise<OpenedSecret>;
}
