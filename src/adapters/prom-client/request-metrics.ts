import { Histogram, type Registry } from "prom-client";
import type { AnsweredRequest } from "../../application/ports/answered-request.ts";

/** Other methods share one label, because a label per method would let clients create series. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Measures the duration of requests, by call and outcome. */
export function measureRequests(registry: Registry): (request: AnsweredRequest) => void {
  const duration = new Histogram({
    name: "connect_auth_http_request_duration_seconds",
    help: "Time to answer a request, by the pattern of its call",
    labelNames: ["method", "route", "status"],
    buckets: BUCKETS,
    registers: [registry],
  });
  return ({ method, route, status, durationMs }) => {
    const labels = { method: METHODS.has(method) ? method : "other", route: route ?? "none", status };
    duration.observe(labels, durationMs / 1_000);
  };
}
