import { randomUUID } from "node:crypto";
import { HttpProblem, problemBody, statusOf } from "./problem.ts";

const DETAILS = {
  malformed_request: "The request is not HTTP",
  request_timeout: "The request did not arrive in time",
  headers_too_large: "Headers have at most 16 KiB",
} as const;

/** Makes answers to input that never became a request: not HTTP, too large, or too slow. */
export function unreadableRefusals(issuer: string) {
  return (code: keyof typeof DETAILS) => {
    const requestId = randomUUID();
    return {
      status: statusOf(code),
      headers: {
        "Content-Type": "application/problem+json",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Request-Id": requestId,
      },
      body: JSON.stringify(problemBody(issuer, requestId, new HttpProblem(code, DETAILS[code]))),
    };
  };
}
