import { write, writeSync } from "node:fs";
import { Socket } from "node:net";
import type { Writable } from "node:stream";
import { promisify } from "node:util";

/** A destination for text that never blocks its writers. */
export interface Sink {
  /**
   * Resolves to the number of bytes written, which is less than the text has if the rest cannot be written.
   * Never rejects.
   */
  write(text: string): Promise<number>;
  /** Writes as much as is possible immediately, for a process that is about to end. */
  writeNow(text: string): void;
}

export type StandardStream = NodeJS.WriteStream & { readonly fd: number };

/** `process.stdout` or `process.stderr` as a sink, for any kind of descriptor. */
export function sinkOf(stream: StandardStream): Sink {
  dropFaults(stream);
  // Node's own stream would block the event loop at each write to a file; a worker thread's stream has no
  // descriptor
  const isFile = !((stream as Writable) instanceof Socket) && stream.fd !== undefined;
  return isFile ? fileSink(stream.fd) : streamSink(stream);
}

/**
 * Ignores write errors, which would otherwise end the process, and makes writes to a halted terminal (Ctrl-S)
 * non-blocking.
 */
export function dropFaults(stream: StandardStream): void {
  stream.on("error", () => {});
  // pipes and sockets do not block; terminals do unless configured, which Node does not document
  const { _handle: handle } = stream as { _handle?: { setBlocking?(isBlocking: boolean): void } };
  if (stream.isTTY) handle?.setBlocking?.(false);
}

/** A sink for a pipe, a socket or a terminal, which signal when they accept more. */
function streamSink(stream: StandardStream): Sink {
  return {
    write: (text) =>
      new Promise((resolve) => {
        stream.write(text, (error) => resolve(error ? 0 : Buffer.byteLength(text)));
      }),
    writeNow(text) {
      // only if nothing waits: otherwise the text would overtake it
      if (stream.writableLength === 0) attempt(() => writeSync(stream.fd, text));
    },
  };
}

const writeFile = promisify(write);

/** A sink for a file or a device, which is written in another thread. */
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
        // the caller sees the fault by the number of bytes
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
    // there is nowhere left to report it
  }
}
