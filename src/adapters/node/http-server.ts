import { createServer, type RequestListener, type Server, STATUS_CODES } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { requestsInTurn, StoppingRequest } from "./requests-in-turn.ts";

export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  /** A descriptor of this process that is bound already, instead of host and port. */
  readonly fd?: number | undefined;
  readonly handle: RequestListener;
  /** The answer to what never became a request. */
  readonly refusal: (fault: Unreadable) => Refusal;
  /** Other than the usual limits. */
  readonly limits?: Partial<HttpLimits>;
}

/** Why a request cannot be read. */
export type Unreadable = "malformed_request" | "request_timeout" | "headers_too_large";

export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpLimits {
  /** More are turned away at once: each costs memory, and the system gives a process only so many files. */
  readonly connections: number;
  /** For a whole request to arrive. */
  readonly requestMs: number;
  /**
   * How long a connection stays open between requests. Longer than proxies keep theirs, so that the proxy ends it
   * and never sends a request into a connection that is being closed here.
   */
  readonly idleMs: number;
  /** How long a client may take nothing of an answer; it is cut off at the latest when twice this has passed. */
  readonly stalledMs: number;
}

/** The largest head of a request, in bytes. */
const MAX_HEADER_BYTES = 16 * 1024;

const LIMITS: HttpLimits = {
  connections: 20_000,
  requestMs: 10_000,
  idleMs: 125_000,
  stalledMs: 20_000,
};
/** A waiting request takes some 5 kB, and at most its head and 16 KiB of its body. */
const WAITING = { each: 100, all: 10_000 };
/** For the answer to what cannot be read to arrive. A client that goes on sending is cut off then. */
const LINGER_MS = 1_000;

export interface HttpServer {
  /** Where it listens, as a URL. */
  readonly address: string;
  /** Answers with this from the next request on. */
  serve(handle: RequestListener): void;
  /** Takes no new connection, lets running requests finish for so long, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

/** An HTTP server whose clients can take only so much time and memory. @throws Error where the address cannot be had */
export async function listen({
  host,
  port,
  fd,
  handle,
  refusal,
  limits: others,
}: HttpServerOptions): Promise<HttpServer> {
  const limits = { ...LIMITS, ...others };
  let current = handle;
  const server = createServer({
    headersTimeout: limits.requestMs,
    requestTimeout: limits.requestMs,
    // Node looks for slow requests only so often
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout: limits.idleMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    IncomingMessage: StoppingRequest,
  });
  const turns = requestsInTurn((request, response) => {
    // a client that keeps its connection open must not wait for the cut to learn that it ends
    if (!server.listening) response.setHeader("Connection", "close");
    current(request, response);
  }, WAITING);
  server.on("request", turns.take);
  // an expectation that is not known is no reason to refuse (RFC 9110, section 10.1.1)
  server.on("checkExpectation", turns.take);
  server.maxConnections = limits.connections;
  server.on("drop", () => turns.longestIdle()?.destroy());
  server.timeout = limits.stalledMs;
  server.on("timeout", (socket) => {
    const isAnswering = turns.isBusy(socket) && socket.writableLength === 0;
    // nothing is sent while the answer is being made: that is not the client's doing
    if (isAnswering) socket.setTimeout(limits.stalledMs);
    else socket.destroy();
  });
  server.on("clientError", (error: NodeJS.ErrnoException, duplex) => {
    const socket = duplex as Socket;
    if (!socket.writable || error.code === "ECONNRESET") {
      socket.destroy();
      return;
    }
    turns.refuseInTurn(socket, () =>
      refuse(socket, refusal(FAULTS[error.code ?? ""] ?? "malformed_request")),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(fd === undefined ? { host, port } : { fd }, resolve);
  });
  return {
    address: urlOf(server),
    serve(next) {
      current = next;
    },
    close: (graceMs) => stop(server, graceMs),
  };
}

const FAULTS: Readonly<Record<string, Unreadable>> = {
  ERR_HTTP_REQUEST_TIMEOUT: "request_timeout",
  HPE_HEADER_OVERFLOW: "headers_too_large",
};

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

async function stop(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}

function refuse(socket: Socket, { status, headers, body }: Refusal): void {
  const all = { ...headers, "Content-Length": Buffer.byteLength(body), Connection: "close" };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, "", body].join("\r\n"));
  const cut = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once("close", () => clearTimeout(cut));
}
