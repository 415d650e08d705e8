import { AsyncLocalStorage } from "node:async_hooks";
import type { RequestContext } from "../../adapters/koa/request-context.ts";
import { type Output, standardOutput } from "../../adapters/node/output.ts";
import {
  logMails,
  logNotices,
  logRequests,
  logSecurityEvents,
  openLog,
  readableOutput,
} from "../../adapters/pino/log.ts";
import type { Facts } from "../../application/ports/storage/audit-trail.ts";
import type { Config } from "../settings/config.ts";
import { auditOfCommands } from "./audit.ts";

export type Log = ReturnType<typeof openServiceLog>;

/** Opens the log of a process, and the request context that each of its lines carries. */
export function openServiceLog(config: Config, output: Output = standardOutput()) {
  const context = new AsyncLocalStorage<RequestContext>();
  const lines = isReadable(config) ? readableOutput(output) : output;
  const log = openLog({
    level: config.LOG_LEVEL,
    output: lines,
    context: () => ({ ...context.getStore(), ip: undefined }),
  });
  const notices = logNotices(log);
  return {
    context,
    audit: { context: () => contextFacts(context.getStore()), warn: notices.warn },
    events: logSecurityEvents(log),
    requests: logRequests(log, lines),
    notices,
    mails: logMails(log),
  };
}

/** Whether the log has readable lines instead of JSON. */
export function isReadable({ LOG_FORMAT: format }: Pick<Config, "LOG_FORMAT">): boolean {
  return format === "readable" || (format === "auto" && process.stdout.isTTY);
}

/** The log for commands. It is separate from their standard output, which is their result. */
export function openCommandLog(config: Config): Log {
  return { ...openServiceLog({ ...config, LOG_LEVEL: "silent" }), audit: auditOfCommands };
}

/** The context of an event for the audit trail; empty for an event of the service itself. */
function contextFacts(request: RequestContext | undefined): Facts {
  return request === undefined ? {} : { requestId: request.requestId, ip: request.ip };
}
