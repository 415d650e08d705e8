import { createServer, type RequestListener, type Server, STATUS_CODES } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { requestsInTurn, StoppingRequest } from "./requests-in-turn.ts";

export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  /** A bound descriptor of this process, in place of host and port. */
  readonly fd?: number | undefined;
  readonly handle: RequestListener;
  /** Makes the answer to input that never became a request. */
  readonly refusal: (fault: Unreadable) => Refusal;
  /** Limits that differ from the defaults. */
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
  /**
   * Open connections. Further ones are closed immediately: each costs memory, and a process has a limited
   * number of file descriptors.
   */
  readonly connections: number;
  /** How long a whole request may take to arrive. */
  readonly requestMs: number;
  /**
   * How long a connection stays open between requests. Longer than proxies keep theirs, so that the proxy
   * closes it and never sends a request into a connection that is being closed here.
   */
  readonly idleMs: number;
  /** How long a client may read nothing of an answer. It is cut off after at most twice this time. */
  readonly stalledMs: number;
}

/** The largest header section of a request, in bytes. */
const MAX_HEADER_BYTES = 16 * 1024;

const LIMITS: HttpLimits = {
  connections: 20_000,
  requestMs: 10_000,
  idleMs: 125_000,
  stalledMs: 20_000,
};
/** A waiting request takes about 5 kB, and at most its header section and 16 KiB of its body. */
const WAITING = { each: 100, all: 10_000 };
/**
 * How long the answer to unreadable input may take to arrive. A client that is still sending is cut off then.
 */
const LINGER_MS = 1_000;

export interface HttpServer {
  /** The URL at which it listens. */
  readonly address: string;
  /** Replaces the handler, from the next request on. */
  serve(handle: RequestListener): void;
  /** Accepts no new connections, lets running requests finish for at most `graceMs`, then closes the rest. */
  close(graceMs: number): Promise<void>;
}

/**
 * Starts an HTTP server that limits the time and memory that clients can take. @throws Error if it cannot
 * listen there
 */
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
    // Node looks for slow requests only at this interval
    connectionsCheckingInterval: 1_000,
    keepAliveTimeout: limits.idleMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    IncomingMessage: StoppingRequest,
  });
  const turns = requestsInTurn((request, response) => {
    // tells clients with a kept-alive connection that it ends
    if (!server.listening) response.setHeader("Connection", "close");
    current(request, response);
  }, WAITING);
  server.on("request", turns.take);
  // an unknown expectation is ignored (RFC 9110, section 10.1.1)
  server.on("checkExpectation", turns.take);
  server.maxConnections = limits.connections;
  server.on("drop", () => turns.longestIdle()?.destroy());
  server.timeout = limits.stalledMs;
  server.on("timeout", (socket) => {
    const isAnswering = turns.isBusy(socket) && socket.writableLength === 0;
    // while the answer is being made nothing is sent, which is not the client's fault
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
