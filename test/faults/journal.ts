/** What clients did and what became of it, to be judged afterwards by somebody who saw nothing else. */

/** What a call was answered: `unavailable` is 503, `unknown` no answer at all, so that it may have been done. */
export type Outcome = "ok" | "refused" | "unavailable" | "unknown";

export interface Entry {
  readonly act: "register" | "login" | "check" | "refresh" | "revoke" | "logout";
  /** What it was done to: an address and password, a token, or the session of a token. */
  readonly subject: string;
  readonly began: number;
  readonly ended: number;
  readonly outcome: Outcome;
  readonly status: number;
  /** Of a refresh and of what follows: the session that the token is of. */
  readonly session?: string;
  /** Which server it went to. */
  readonly server: number;
  /** Whether all faults were over. */
  readonly isAfter: boolean;
}

/** A time in which something was wrong, and with which server; with all if none is named. */
export interface Disturbance {
  readonly began: number;
  readonly ended: number;
  readonly server?: number;
  /** Whether no storage could be reached, from its beginning to its end. */
  readonly isStorageAway?: boolean;
}

/** What was measured of a server, and the most that it may be. */
export interface Measure {
  readonly what: string;
  readonly value: number;
  readonly most: number;
}

export class Journal {
  /** Whether a token may be refused that nobody ended, by a clock that is wrong, say. */
  mayRefuse = false;
  readonly entries: Entry[] = [];
  readonly disturbances: Disturbance[] = [];
  readonly measures: Measure[] = [];

  add(entry: Entry): void {
    this.entries.push(entry);
  }

  /** Notes when something was wrong. */
  async disturbed<T>(what: Omit<Disturbance, "began" | "ended">, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work();
    } finally {
      this.disturbances.push({ ...what, began, ended: performance.now() });
    }
  }
}

export function outcomeOf(status: number): Outcome {
  if (status === 0) return "unknown";
  if (status < 300) return "ok";
  return status === 503 ? "unavailable" : "refused";
}
