import { readFileSync } from "node:fs";

interface PasslibHashes {
  readonly madeBy: string;
  readonly hashes: readonly { readonly password: string; readonly hash: string }[];
  readonly refused: readonly { readonly kind: string; readonly hash: string }[];
}

/** The file as make-passlib-hashes.py prints it. */
export const kept = readFileSync(new URL("passlib-hashes.json", import.meta.url), "utf8");

/** Passwords with hashes that passlib made of them, and hashes that must match nothing. */
export const { hashes, refused } = JSON.parse(kept) as PasslibHashes;

/** The hash of the password "password" with so many rounds and a salt of passlib's own length. */
export function hashWithRounds(rounds: number): string {
  const start = `$pbkdf2-sha256$${rounds}$`;
  const found = hashes.find(({ password, hash }) => password === "password" && hash.startsWith(start));
  if (found === undefined) throw new Error(`No hash with ${rounds} rounds`);
  return found.hash;
}
