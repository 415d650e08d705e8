import type { RequestListener, ServerResponse } from "node:http";
import { prometheusContentType } from "prom-client";

export interface MetricsHandlerOptions {
  /** The current values of all metrics, as text. */
  readonly scrape: () => Promise<string>;
  readonly failed: (error: unknown) => void;
}

/** Answers `GET /metrics` and nothing else. */
export function metricsHandler({ scrape, failed }: MetricsHandlerOptions): RequestListener {
  let reading: Promise<string> | undefined;
  /** Concurrent requests share one scrape. */
  const read = () => {
    reading ??= scrape().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  return (request, response) => {
    if (request.method !== "GET" || !isForMetrics(request.url)) return answer(response, 404, "Not found\n");
    read().then(
      (text) => answer(response, 200, text, prometheusContentType),
      (error) => {
        failed(error);
        answer(response, 500, "The metrics could not be read; the log says why\n");
      },
    );
  };
}

/** Answers input that never became a request: not HTTP, or too slow. */
export function refuseUnreadable() {
  return { status: 400, headers: { "Content-Type": "text/plain" }, body: "The request cannot be read\n" };
}

/** The target may be a path or an absolute URL (RFC 9112, section 3.2.2). */
function isForMetrics(target = ""): boolean {
  if (target.startsWith("/")) return target.split("?")[0] === "/metrics";
  return URL.canParse(target) && new URL(target).pathname === "/metrics";
}

function answer(response: ServerResponse, status: number, text: string, type = "text/plain"): void {
  response.writeHead(status, {
    "Content-Type": type,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  });
  response.end(text);
}
