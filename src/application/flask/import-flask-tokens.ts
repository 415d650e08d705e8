import { LONGEST_FLASK_LIFE_MS } from "../../domain/flask/flask-token.ts";
import { isFlaskTokenId } from "../../domain/flask/flask-user.ts";
import { keptUntil, revocationKey } from "../../domain/revocation.ts";
import { batchesOf, workOn } from "../paging/batches.ts";
import type { RevocationRepository } from "../ports/storage/revocations.ts";
import type { FlaskDatabase } from "./flask-database.ts";

export interface ImportTokensDeps {
  readonly source: FlaskDatabase;
  readonly revocations: RevocationRepository;
}

export interface ImportTokensRun {
  readonly dryRun: boolean;
  readonly now: Date;
  readonly batch: number;
}

export interface TokenCounts {
  readonly found: number;
  readonly imported: number;
  /** The number of values that are not token ids, which no token can have. */
  readonly unusable: number;
}

/** Imports the ids of revoked tokens. Each is kept for as long as such a token may still be valid. */
export async function importFlaskTokens(
  { source, revocations }: ImportTokensDeps,
  { dryRun, now, batch }: ImportTokensRun,
  progress: (done: number) => void,
): Promise<TokenCounts> {
  const until = keptUntil(new Date(now.getTime() + LONGEST_FLASK_LIFE_MS));
  let found = 0;
  let imported = 0;
  for await (const ids of batchesOf(source.revokedTokenIds(), batch)) {
    const usable = ids.filter(isFlaskTokenId);
    if (!dryRun) await workOn(usable, (id) => revocations.add(revocationKey.token(id), until));
    found += ids.length;
    imported += usable.length;
    progress(found);
  }
  return { found, imported, unusable: found - imported };
}
