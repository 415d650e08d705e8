/** Progress of a long operation. */
export interface Step {
  readonly phase: string;
  readonly done: number;
  readonly total: number;
}

export interface Progress {
  show(step: Step): void;
  /** Prints a line of the result without disturbing the progress. */
  print(line: string): void;
  /** Removes the bar from the screen. */
  end(): void;
}

interface Screen {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

const BAR_WIDTH = 30;
const CLEAR_LINE = "\r\u001b[2K";

/**
 * Shows progress on `screen`: a bar on a terminal, elsewhere a plain line for each tenth. Results go to `out`.
 */
export function makeProgress(screen: Screen, out: Screen): Progress {
  return screen.isTTY ? bar(screen, out) : lines(screen, out);
}

function bar(screen: Screen, out: Screen): Progress {
  let shown = "";
  const draw = () => screen.write(`${CLEAR_LINE}${shown}`);
  return {
    show({ phase, done, total }) {
      const filled = Math.floor((BAR_WIDTH * done) / Math.max(total, 1));
      const blocks = "#".repeat(filled).padEnd(BAR_WIDTH, ".");
      shown = `${phase.padEnd(14)} [${blocks}] ${percent(done, total)}% of ${total}`;
      draw();
    },
    print(line) {
      screen.write(CLEAR_LINE);
      out.write(`${line}\n`);
      draw();
    },
    end: () => void screen.write(CLEAR_LINE),
  };
}

function lines(screen: Screen, out: Screen): Progress {
  let last = "";
  return {
    show({ phase, done, total }) {
      const tenth = `${phase}: ${Math.floor(percent(done, total) / 10)}`;
      if (tenth === last) return;
      last = tenth;
      screen.write(`${phase}: ${done} of ${total}\n`);
    },
    print: (line) => void out.write(`${line}\n`),
    end: () => {},
  };
}

function percent(done: number, total: number): number {
  return total === 0 ? 100 : Math.floor((100 * done) / total);
}
