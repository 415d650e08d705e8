import type { AnsweredRequest } from "../../application/ports/answered-request.ts";

/** The ids of a request in the log. */
export interface RequestIds {
  readonly requestId: string;
  readonly trace_id?: string;
  readonly parent_span_id?: string;
}

/**
 * The line of a request, as pino would write the same entry. There is one for each request, and made this way it takes
 * a fifth of the time: no merging, no redaction, no serializers.
 */
export function requestLine(
  level: string,
  time: Date,
  { requestId, trace_id, parent_span_id }: RequestIds,
  { method, route, status, durationMs }: AnsweredRequest,
): string {
  const traced =
    trace_id === undefined ? "" : `"trace_id":"${trace_id}","parent_span_id":"${parent_span_id}",`;
  const ids = `"requestId":${JSON.stringify(requestId)},${traced}`;
  const call = `"method":${JSON.stringify(method)},"route":${JSON.stringify(route ?? null)}`;
  const outcome = `"status":${status},"durationMs":${durationMs}`;
  return `{"level":"${level}","time":"${time.toISOString()}",${ids}${call},${outcome},"msg":"request"}\n`;
}
