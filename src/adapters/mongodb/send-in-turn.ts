export interface SendLimits {
  /** The most commands that are awaited before others wait. */
  readonly atOnce: number;
  /** A command that is not answered within this time, in milliseconds, delays no others any more. */
  readonly delaysMs: number;
}

/** Found by measuring: docs/decisions/0027-reads-share-a-command.md. */
const LIMITS: SendLimits = { atOnce: 2, delaysMs: 10 };

/** Decides when prepared commands are sent. */
export interface Turns {
  /**
   * Calls `start` once a command may be sent: when the current turn of the event loop ends or, if `atOnce` commands
   * are awaited then, after one of them is answered. `start` must call `send` before it returns.
   */
  wait(start: () => void): void;
  /** Sends a command, and counts it until its answer. */
  send<T>(command: () => Promise<T>): Promise<T>;
}

/**
 * Keeps few commands under way, so that reads which arrive meanwhile collect in the next one. A command that is slow
 * counts for `delaysMs` only: a distant or silent server delays other commands by no more than that.
 */
export function sendInTurn({ atOnce, delaysMs }: SendLimits = LIMITS): Turns {
  const waiting: (() => void)[] = [];
  let awaited = 0;
  let isDue = false;

  function startWhenTurnEnds(): void {
    if (isDue || waiting.length === 0 || awaited >= atOnce) return;
    isDue = true;
    // after all that arrived in this turn, and before any timer
    setImmediate(() => {
      isDue = false;
      while (awaited < atOnce) {
        const start = waiting.shift();
        if (start === undefined) return;
        start();
      }
    });
  }

  function count(): () => void {
    let isCounted = true;
    awaited += 1;
    const release = () => {
      if (!isCounted) return;
      isCounted = false;
      awaited -= 1;
      clearTimeout(timer);
      startWhenTurnEnds();
    };
    const timer = setTimeout(release, delaysMs);
    return release;
  }

  return {
    wait(start) {
      waiting.push(start);
      startWhenTurnEnds();
    },
    async send(command) {
      const release = count();
      try {
        return await command();
      } finally {
        release();
      }
    },
  };
}
