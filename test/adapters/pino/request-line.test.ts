import fc from "fast-check";
import { expect, it } from "vitest";
import { logRequests, openLog } from "../../../src/adapters/pino/log.ts";
import { requestLine } from "../../../src/adapters/pino/request-line.ts";

function opened(level: "info" | "warn", context: () => object = () => ({})) {
  const lines: [how: "written" | "collected", line: string][] = [];
  const output = {
    write: (line: string) => void lines.push(["written", line]),
    collect: (line: string) => void lines.push(["collected", line]),
    onRecovery: () => {},
  };
  const log = openLog({ level, context, output });
  return { lines, log, requests: logRequests(log, output) };
}

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
const ids = fc.record(
  { requestId: fc.string(), trace_id: hex(32), parent_span_id: hex(16) },
  { requiredKeys: ["requestId"] },
);
const entry = fc.record({
  method: fc.string(),
  route: fc.option(fc.string(), { nil: undefined }),
  status: fc.integer({ min: 100, max: 599 }),
  durationMs: fc.integer({ min: 0, max: 1e6 }).map((tenths) => tenths / 10),
});

it("the line of a request is the one that pino writes for the same entry", () => {
  fc.assert(
    fc.property(ids, entry, (request, answer) => {
      const both = "trace_id" in request && "parent_span_id" in request;
      const { requestId } = request;
      const { lines, log } = opened("info", () => (both ? request : { requestId }));
      log.info({ ...answer, route: answer.route ?? null }, "request");
      const [[, line = ""] = []] = lines;
      const { time } = JSON.parse(line);
      expect(requestLine("info", new Date(time), both ? request : { requestId }, answer)).toBe(line);
    }),
  );
});

it("lines of requests and events are collected; warnings and faults are written at once", () => {
  const { lines, log, requests } = opened("info");
  requests.answered({ requestId: "a" }, { method: "GET", route: undefined, status: 404, durationMs: 1 });
  requests.probed({ requestId: "a" }, { method: "GET", route: undefined, status: 404, durationMs: 1 });
  log.info({ event: "login_failed" }, "login_failed");
  log.warn("log_lines_dropped");
  requests.failed(new Error("no"));
  expect(lines.map(([how, line]) => [how, JSON.parse(line).msg])).toEqual([
    ["collected", "request"],
    ["collected", "login_failed"],
    ["written", "log_lines_dropped"],
    ["written", "fault"],
  ]);
});

it("nothing is made of requests that the level leaves out", () => {
  const { lines, requests } = opened("warn");
  requests.answered({ requestId: "a" }, { method: "GET", route: undefined, status: 404, durationMs: 1 });
  expect(lines).toEqual([]);
});
