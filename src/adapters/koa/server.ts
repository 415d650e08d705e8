import { randomUUID } from "node:crypto";
import { createServer, type Server, STATUS_CODES } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type Koa from "koa";
import { HttpProblem, type ProblemCode, problemBody, statusOf } from "./problem.ts";

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  /** A descriptor of this process that is bound already, instead of host and port. */
  readonly fd?: number | undefined;
  readonly issuer: string;
}

export interface RunningServer {
  /** Where it listens, as a URL. */
  readonly address: string;
  /** Answers with this app from the next request on. */
  serve(app: Koa): void;
  /** Takes no new connection, lets running requests finish for so long, then cuts what is left. */
  close(graceMs: number): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 10_000;
const MAX_HEADER_BYTES = 16 * 1024;
/** More are turned away at once: each costs memory, and the system gives a process only so many files. */
const MAX_CONNECTIONS = 20_000;

/** Serves the app. @throws Error where the address cannot be had */
export async function listen(app: Koa, { host, port, fd, issuer }: ServerOptions): Promise<RunningServer> {
  let handle = app.callback();
  const server = createServer(
    {
      headersTimeout: REQUEST_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      // Node looks for slow requests only so often
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (request, response) => handle(request, response),
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.on("clientError", (error, socket) => answerUnreadable(error, socket as Socket, issuer));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(fd === undefined ? { host, port } : { fd }, resolve);
  });
  return {
    address: urlOf(server),
    serve(next) {
      handle = next.callback();
    },
    close: (graceMs) => stop(server, graceMs),
  };
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

async function stop(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  // a client that keeps its connection open must not wait for the cut to learn that it ends
  server.prependListener("request", (_, response) => response.setHeader("Connection", "close"));
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}

const UNREADABLE: Record<string, readonly [ProblemCode, string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: ["request_timeout", "The request did not arrive in time"],
  HPE_HEADER_OVERFLOW: ["headers_too_large", `Headers have at most ${MAX_HEADER_BYTES} bytes`],
};

/** Answers what is not HTTP, or not in time, and never became a request. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket, issuer: string): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [code, detail] = UNREADABLE[error.code ?? ""] ?? ["malformed_request", "The request is not HTTP"];
  const requestId = randomUUID();
  const status = statusOf(code);
  const body = JSON.stringify(problemBody(issuer, requestId, new HttpProblem(code, detail)));
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      "Content-Type: application/problem+json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "Cache-Control: no-store",
      `X-Request-Id: ${requestId}`,
      "Connection: close",
      "",
      body,
    ].join("\r\n"),
  );
}
