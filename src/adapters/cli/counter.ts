export interface Counter {
  show(done: number): void;
  /** Prints a line without disturbing the count. */
  print(line: string): void;
  /** Removes the count from the screen. */
  end(): void;
}

interface Screen {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

const EVERY = 1_000;
const CLEAR_LINE = "\r\u001b[2K";

/** Shows on a terminal, at intervals, how many things are done. Elsewhere it only prints the lines. */
export function makeCounter(screen: Screen, verb: string): Counter {
  const clear = () => {
    if (screen.isTTY) screen.write(CLEAR_LINE);
  };
  return {
    show(done) {
      if (screen.isTTY && done % EVERY === 0) screen.write(`${CLEAR_LINE}${verb} ${done}`);
    },
    print(line) {
      clear();
      screen.write(`${line}\n`);
    },
    end: clear,
  };
}
