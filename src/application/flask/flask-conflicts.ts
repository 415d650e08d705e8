import type { EmailRules } from "../../domain/email.ts";
import { fingerprint } from "../../domain/fingerprint.ts";
import { type FlaskRecord, flaskClaims } from "../../domain/flask/flask-user.ts";
import type { FlaskDatabase } from "./flask-database.ts";

/** The oldest of the records that have one name or one address. */
export interface FlaskConflicts {
  /** The id of the oldest of several records; `undefined` if no other record has this name or address. */
  oldestOf(field: "username" | "email", canonical: string | undefined): string | undefined;
}

interface Claimant {
  readonly id: string;
  readonly since: number;
}

/**
 * Finds canonical names and addresses that several records have, by reading all records at most twice. It holds
 * 16 bytes per record in memory, for fingerprints of both fields, and then an entry for each value whose
 * fingerprint occurred twice. Only these are compared in full.
 *
 * Records are ordered by date, then by id. A record without a date may be the oldest and counts as such. Since
 * it cannot be imported itself, no record gets the name or address that may belong to it.
 */
export async function findFlaskConflicts(
  records: FlaskDatabase["users"],
  rules: EmailRules,
  seen: (record: FlaskRecord) => void,
  printOf: (claim: string) => number = fingerprint,
): Promise<FlaskConflicts> {
  const prints = new Numbers();
  for await (const record of records()) {
    seen(record);
    for (const claim of claimsOf(record, rules)) prints.push(printOf(claim));
  }
  const suspects = prints.repeated();
  if (suspects.size === 0) return { oldestOf: () => undefined };

  const claimants = new Map<string, { oldest: Claimant; count: number }>();
  for await (const record of records()) {
    const claimant = claimantOf(record);
    for (const claim of claimsOf(record, rules)) {
      if (!suspects.has(printOf(claim))) continue;
      const known = claimants.get(claim);
      if (known === undefined) claimants.set(claim, { oldest: claimant, count: 1 });
      else {
        known.count += 1;
        if (isOlder(claimant, known.oldest)) known.oldest = claimant;
      }
    }
  }
  return {
    oldestOf(field, canonical) {
      const found = canonical === undefined ? undefined : claimants.get(`${field}:${canonical}`);
      return found !== undefined && found.count > 1 ? found.oldest.id : undefined;
    },
  };
}

function claimsOf(record: FlaskRecord, rules: EmailRules): string[] {
  return Object.entries(flaskClaims(record, rules)).flatMap(([field, canonical]) =>
    canonical === undefined ? [] : [`${field}:${canonical}`],
  );
}

function claimantOf({ id, createdAt }: FlaskRecord): Claimant {
  const since = createdAt instanceof Date ? createdAt.getTime() : Number.NaN;
  return { id, since: Number.isNaN(since) ? Number.NEGATIVE_INFINITY : since };
}

function isOlder(a: Claimant, b: Claimant): boolean {
  return a.since === b.since ? a.id < b.id : a.since < b.since;
}

/** A list of numbers at eight bytes each. */
class Numbers {
  #numbers = new Float64Array(1_024);
  #length = 0;

  push(number: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length] = number;
    this.#length += 1;
  }

  /** The numbers that were added more than once. Sorts the list. */
  repeated(): Set<number> {
    const sorted = this.#numbers.subarray(0, this.#length).sort();
    return new Set(sorted.filter((number, at) => at > 0 && number === sorted[at - 1]));
  }
}
