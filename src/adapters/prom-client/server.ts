import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { prometheusContentType } from "prom-client";

export interface MetricsServer {
  /** Where the metrics are, as a URL. */
  readonly address: string;
  close(): Promise<void>;
}

export interface MetricsServerOptions {
  readonly host: string;
  readonly port: number;
  /** All metrics as text, as they are now. */
  readonly scrape: () => Promise<string>;
  readonly failed: (error: unknown) => void;
}

const TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 100;

/** Serves `GET /metrics` and nothing else. @throws Error where the address cannot be had */
export async function serveMetrics({
  host,
  port,
  scrape,
  failed,
}: MetricsServerOptions): Promise<MetricsServer> {
  let reading: Promise<string> | undefined;
  /** Those who ask while metrics are read get the same ones. */
  const read = () => {
    reading ??= scrape().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const timeouts = { headersTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS };
  const server = createServer(timeouts, (request, response) => {
    const [path] = (request.url ?? "").split("?");
    if (request.method !== "GET" || path !== "/metrics") return answer(response, 404, "Not found\n");
    read().then(
      (text) => answer(response, 200, text, prometheusContentType),
      (error) => {
        failed(error);
        answer(response, 500, "The metrics could not be read; the log says why\n");
      },
    );
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const { address, family, port: taken } = server.address() as AddressInfo;
  return {
    address: `http://${family === "IPv6" ? `[${address}]` : address}:${taken}/metrics`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(response: ServerResponse, status: number, text: string, type = "text/plain"): void {
  response.writeHead(status, {
    "Content-Type": type,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  });
  response.end(text);
}
