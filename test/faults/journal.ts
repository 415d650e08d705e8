/** A record of all calls of the clients and of the faults, which the checker reads afterwards. */

/** The outcome of a call. `unavailable`: 503. `unknown`: no answer, so the call may have taken effect. */
export type Outcome = "ok" | "refused" | "unavailable" | "unknown";

export interface Entry {
  readonly act: "register" | "login" | "check" | "refresh" | "revoke" | "logout";
  /** The object of the call: an address and password, a token, or a session. */
  readonly subject: string;
  readonly began: number;
  readonly ended: number;
  readonly outcome: Outcome;
  readonly status: number;
  /** The session of the token, for calls by token. */
  readonly session?: string;
  /** The index of the server. */
  readonly server: number;
  /** Whether the call was made after all faults. */
  readonly isAfter: boolean;
}

/** The time of a fault and the index of its server; without an index it affects all servers. */
export interface Disturbance {
  readonly began: number;
  readonly ended: number;
  readonly server?: number;
  /** Whether the storage was out of reach during the whole time. */
  readonly isStorageAway?: boolean;
}

/** A measured value of a server, and its upper bound. */
export interface Measure {
  readonly what: string;
  readonly value: number;
  readonly most: number;
}

export class Journal {
  /** Whether a valid token may be refused, as by a wrong clock. */
  mayRefuse = false;
  readonly entries: Entry[] = [];
  readonly disturbances: Disturbance[] = [];
  readonly measures: Measure[] = [];

  add(entry: Entry): void {
    this.entries.push(entry);
  }

  /** Runs `work` and records its time as a disturbance. */
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
