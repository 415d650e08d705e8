import { setImmediate as nextTurn } from "node:timers/promises";
import { type Sink, type StandardStream, sinkOf } from "./sink.ts";

/** Where a process writes its log. Writing never fails and never waits: what finds no room is dropped and counted. */
export interface Output {
  /** Takes one or more whole lines. They are written together with those that come in the same turn of the event loop. */
  write(text: string, lines?: number): void;
  /** How many lines were dropped since the process began. */
  dropped(): number;
  /** Has `tell` called with the number of lines that were dropped, each time that lines can be written again. */
  onRecovery(tell: (dropped: number) => void): void;
  /** Resolves once nothing waits. That may be never. */
  idle(): Promise<void>;
  /** Writes what waits, as far as that is possible at once. */
  flushNow(): void;
}

/** What may wait while nobody takes it, in bytes: some 15,000 lines. */
const MAX_WAITING = 4 * 1_024 * 1_024;

interface Piece {
  readonly text: string;
  readonly lines: number;
  readonly bytes: number;
}

export function makeOutput(sink: Sink, maxWaiting = MAX_WAITING): Output {
  let waiting: Piece[] = [];
  let waitingBytes = 0;
  let flushing: Promise<void> | undefined;
  let dropped = 0;
  let untold = 0;
  /** Whether the last thing written was a part of a line. */
  let isCut = false;
  let tell: (dropped: number) => void = () => {};

  function drop(lines: number): void {
    dropped += lines;
    untold += lines;
  }

  function take(): { text: string; pieces: Piece[] } {
    const pieces = waiting;
    waiting = [];
    return { text: pieces.map(({ text }) => text).join(""), pieces };
  }

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
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
    }
    flushing = undefined;
  }

  return {
    write(text, lines = 1) {
      const bytes = Buffer.byteLength(text);
      if (waitingBytes + bytes > maxWaiting) return drop(lines);
      waiting.push({ text, lines, bytes });
      waitingBytes += bytes;
      flushing ??= flush();
    },
    dropped: () => dropped,
    onRecovery(listener) {
      tell = listener;
    },
    idle: () => flushing ?? Promise.resolve(),
    flushNow() {
      const { text } = take();
      if (text !== "") sink.writeNow(text);
    },
  };
}

/** Of pieces of which only so many bytes were written, the lines that are lost, and whether one of them was begun. */
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

/** Standard output, for all that this process logs. Nothing is done to it before something is written. */
export function standardOutput(): Output {
  return outputTo(process.stdout);
}

/** Standard error, likewise. */
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
