import { randomUUID } from "node:crypto";
import { HttpProblem, problemBody, statusOf } from "./problem.ts";

const DETAILS = {
  malformed_request: "The request is not HTTP",
  request_timeout: "The request did not arrive in time",
  headers_too_large: "Headers have at most 16 KiB",
} as const;

/** Answers what is not HTTP, too large or not in time, and so never became a request. */
export function unreadableRefusals(issuer: string) {
  return (code: keyof typeof DETAILS) => {
    const requestId = randomUUID();
    return {
      status: statusOf(code),
      headers: {
        "Content-Type": "application/problem+json",
        "Cache-Control": "no-store",
        "X-Request-Id": requestId,
      },
      body: JSON.stringify(problemBody(issuer, requestId, new HttpProblem(code, DETAILS[code]))),
    };
  };
}
