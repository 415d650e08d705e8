import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { logRecorder, recordSecrets, secretsIn } from "./log-record.ts";

/**
 * Records the HTTP traffic of the tests in this process, and the logs of services in it. Loaded once: hooks added by
 * each test file would slow down every later file.
 */

/** The traffic in both directions since the start of a request, by connection. */
const exchanges = new Map<Socket, { text: string; isAnswered: boolean }>();

function recordExchange(socket: Socket): void {
  const text = exchanges.get(socket)?.text ?? "";
  // connections to a database are not HTTP
  if (text.includes("HTTP/1.")) recordSecrets(secretsIn(text));
  exchanges.delete(socket);
}

function add(socket: Socket, data: unknown, isAnswered: boolean): void {
  if (!isAnswered && exchanges.get(socket)?.isAnswered) recordExchange(socket);
  const text = data instanceof Uint8Array ? Buffer.from(data).toString() : data;
  if (typeof text !== "string") return;
  const before = exchanges.get(socket);
  const between = isAnswered && before?.isAnswered === false ? "\n" : "";
  exchanges.set(socket, { text: (before?.text ?? "") + between + text, isAnswered });
}

subscribe("net.client.socket", (message) => {
  const { socket } = message as { socket: Socket };
  const { _write, _writev, push } = socket;
  // all data of a stream passes through these methods
  Object.assign(socket, {
    _write(...args: Parameters<typeof _write>) {
      add(socket, args[0], false);
      _write.apply(socket, args);
    },
    _writev(...args: Parameters<NonNullable<typeof _writev>>) {
      for (const { chunk } of args[0]) add(socket, chunk, false);
      _writev?.apply(socket, args);
    },
    push(...args: Parameters<typeof push>) {
      add(socket, args[0], true);
      return push.apply(socket, args);
    },
  });
  socket.once("close", () => recordExchange(socket));
});

/** Records the exchanges that are still open at the end of a test file. */
export function recordOpenExchanges(): void {
  for (const socket of [...exchanges.keys()]) recordExchange(socket);
}

// records the logs of services inside this process
const record = logRecorder();
const toOutput = process.stdout.write.bind(process.stdout) as (...args: unknown[]) => boolean;
process.stdout.write = (output: string | Uint8Array, ...rest: unknown[]) => {
  const isLog = typeof output === "string" && output.startsWith('{"level":');
  if (!isLog) return toOutput(output, ...rest);
  record(output);
  const done = rest.at(-1);
  if (typeof done === "function") done();
  return true;
};
