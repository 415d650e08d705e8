import { setImmediate as nextTurn } from "node:timers/promises";
import { type Sink, type StandardStream, sinkOf } from "./sink.ts";

/**
 * The output for a process's log. Writing never fails and never blocks: lines are dropped and counted while the
 * buffer is full.
 */
export interface Output {
  /** Writes one or more whole lines, together with all that wait, in this turn of the event loop. */
  write(text: string, lines?: number): void;
  /** Writes a whole line within 50 ms, together with others, since each write to a pipe takes as long as a request. */
  collect(line: string): void;
  /** The number of lines dropped since the process started. */
  dropped(): number;
  /** Calls `tell` with the number of dropped lines each time that lines can be written again. */
  onRecovery(tell: (dropped: number) => void): void;
  /** Resolves once the buffer is empty, which may be never. */
  idle(): Promise<void>;
  /** Writes as much of the buffer as is possible immediately. */
  flushNow(): void;
}

/** Capacity of the buffer, in bytes: about 15,000 lines. */
const MAX_WAITING = 4 * 1_024 * 1_024;
/** How long collected lines wait for others. A crash loses those of this time. */
const COLLECT_MS = 50;
/** Collected lines of this size in bytes wait no longer: half of what a pipe holds. */
const COLLECT_BYTES = 32 * 1_024;

interface Piece {
  readonly text: string;
  readonly lines: number;
  readonly bytes: number;
}

export function makeOutput(sink: Sink, maxWaiting = MAX_WAITING): Output {
  let waiting: Piece[] = [];
  let waitingBytes = 0;
  let flushing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** Whether a line waits that was not collected. */
  let isUrgent = false;
  let dropped = 0;
  let untold = 0;
  /** Whether the last write ended within a line. */
  let isCut = false;
  let tell: (dropped: number) => void = () => {};

  function drop(lines: number): void {
    dropped += lines;
    untold += lines;
  }

  function add(text: string, lines: number): void {
    const bytes = Buffer.byteLength(text);
    if (waitingBytes + bytes > maxWaiting) drop(lines);
    else {
      waiting.push({ text, lines, bytes });
      waitingBytes += bytes;
    }
  }

  function start(): void {
    clearTimeout(timer);
    timer = undefined;
    flushing ??= flush();
  }

  function startLater(): void {
    if (flushing === undefined) timer ??= setTimeout(start, COLLECT_MS);
  }

  function take(): { text: string; pieces: Piece[] } {
    const pieces = waiting;
    waiting = [];
    isUrgent = false;
    return { text: pieces.map(({ text }) => text).join(""), pieces };
  }

  async function flush(): Promise<void> {
    do {
      await nextTurn();
      const { text, pieces } = take();
      const ended = isCut ? 1 : 0;
      const written = (await sink.write(isCut ? `\n${text}` : text)) - ended;
      waitingBytes -= sum(pieces.map(({ bytes }) => bytes));
      const rest = notIn(pieces, written);
      isCut = written < 0 ? isCut : rest.isCut;
      drop(rest.lines);
      if (rest.lines === 0 && untold > 0) {
        const count = untold;
        untold = 0;
        tell(count);
      }
    } while (isUrgent || waitingBytes >= COLLECT_BYTES);
    flushing = undefined;
    if (waiting.length > 0) startLater();
  }

  return {
    write(text, lines = 1) {
      add(text, lines);
      isUrgent = waiting.length > 0;
      if (isUrgent) start();
    },
    collect(line) {
      add(line, 1);
      if (waitingBytes >= COLLECT_BYTES) start();
      else startLater();
    },
    dropped: () => dropped,
    onRecovery(listener) {
      tell = listener;
    },
    async idle() {
      while (waiting.length > 0 || flushing !== undefined) {
        start();
        await flushing;
      }
    },
    flushNow() {
      const { text } = take();
      if (text !== "") sink.writeNow(text);
    },
  };
}

/**
 * For pieces of which only `written` bytes were written: the number of lost lines, and whether one was partly
 * written.
 */
function notIn(pieces: readonly Piece[], written: number): { lines: number; isCut: boolean } {
  let end = 0;
  let lines = 0;
  let isCut = false;
  for (const piece of pieces) {
    const begin = end;
    end += piece.bytes;
    if (end <= written) continue;
    lines += piece.lines;
    if (begin < written) isCut = true;
  }
  return { lines, isCut };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

const opened = new Map<StandardStream, Output>();

/** The output to standard output. The stream is not touched before the first write. */
export function standardOutput(): Output {
  return outputTo(process.stdout);
}

/** The output to standard error. The stream is not touched before the first write. */
export function standardError(): Output {
  return outputTo(process.stderr);
}

function outputTo(stream: StandardStream): Output {
  const output = opened.get(stream) ?? makeOutput(lazily(() => sinkOf(stream)));
  if (!opened.has(stream)) {
    opened.set(stream, output);
    process.once("exit", output.flushNow);
  }
  return output;
}

function lazily(open: () => Sink): Sink {
  let sink: Sink | undefined;
  const opened = () => {
    sink ??= open();
    return sink;
  };
  return { write: (text) => opened().write(text), writeNow: (text) => opened().writeNow(text) };
}
