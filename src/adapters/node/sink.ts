import { write, writeSync } from "node:fs";
import { Socket } from "node:net";
import type { Writable } from "node:stream";
import { promisify } from "node:util";

/** Where text goes that nobody may have to wait for. */
export interface Sink {
  /** Resolves to how many bytes of it were written: fewer than it has where the rest cannot be. Never rejects. */
  write(text: string): Promise<number>;
  /** Writes what can be written at once, for a process that is about to end. */
  writeNow(text: string): void;
}

export type StandardStream = NodeJS.WriteStream & { readonly fd: number };

/** `process.stdout` or `process.stderr` as a sink, whatever is behind it. */
export function sinkOf(stream: StandardStream): Sink {
  dropFaults(stream);
  // in a file, by Node's own stream, each write would hold the event loop; a worker thread's stream has no descriptor
  const isFile = !((stream as Writable) instanceof Socket) && stream.fd !== undefined;
  return isFile ? fileSink(stream.fd) : streamSink(stream);
}

/** What cannot be written there ends no process, and no write waits for a terminal that was halted (Ctrl-S). */
export function dropFaults(stream: StandardStream): void {
  stream.on("error", () => {});
  // pipes and sockets do not block; terminals do unless they are told, which Node does not document
  const { _handle: handle } = stream as { _handle?: { setBlocking?(isBlocking: boolean): void } };
  if (stream.isTTY) handle?.setBlocking?.(false);
}

/** A pipe, a socket or a terminal: the system says when it takes more. */
function streamSink(stream: StandardStream): Sink {
  return {
    write: (text) =>
      new Promise((resolve) => {
        stream.write(text, (error) => resolve(error ? 0 : Buffer.byteLength(text)));
      }),
    writeNow(text) {
      // after what still waits, it would be in the wrong place, if anywhere
      if (stream.writableLength === 0) attempt(() => writeSync(stream.fd, text));
    },
  };
}

const writeFile = promisify(write);

/** A file or a device, written in another thread. */
function fileSink(fd: number): Sink {
  return {
    async write(text) {
      const bytes = Buffer.from(text);
      let written = 0;
      try {
        while (written < bytes.length) {
          written += (await writeFile(fd, bytes, written)).bytesWritten;
        }
      } catch {
        // whoever asked sees it by the number
      }
      return written;
    },
    writeNow: (text) => attempt(() => writeSync(fd, text)),
  };
}

function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // there is nowhere to tell it
  }
}
