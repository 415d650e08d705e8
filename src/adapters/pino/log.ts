import { type Logger, pino, symbols } from "pino";
import type { AnsweredRequest } from "../../application/ports/answered-request.ts";
import type { Mailer } from "../../application/ports/mailer.ts";
import type { SecurityEvents } from "../../application/ports/security-events.ts";
import { readable } from "./readable.ts";
import { type RequestIds, requestLine } from "./request-line.ts";

export type LogLevel = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";

export interface LogOptions {
  readonly level: LogLevel;
  /** Called for each entry; returns fields to add, such as the request id. */
  readonly context: () => object;
  /** The output for lines. It may drop lines, and reports that later. */
  readonly output: LogOutput;
}

export interface LogOutput {
  /** Writes a line at once. */
  write(line: string): void;
  /** Writes a line soon, together with others. */
  collect(line: string): void;
  onRecovery(tell: (dropped: number) => void): void;
}

/** Converts the lines for people before they are written. */
export function readableOutput(output: LogOutput): LogOutput {
  return {
    ...output,
    write: (line) => output.write(readable(line)),
    collect: (line) => output.collect(readable(line)),
  };
}

const WARN = 40;

/** Opens the log, which has one line per entry. Warnings and faults are written at once. */
export function openLog({ level, context, output }: LogOptions): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    // a copy, since the entry is merged into it
    mixin: () => ({ ...context() }),
    // no entry should have these fields; this is a safeguard
    redact: {
      paths: ["password", "token", "authorization", "*.password", "*.token", "*.authorization"],
      censor: "[hidden]",
    },
  };
  const destination = {
    // has pino set `lastLevel` before each line
    [symbols.needsMetadataGsym]: true,
    lastLevel: 0,
    write(line: string) {
      if (destination.lastLevel >= WARN) output.write(line);
      else output.collect(line);
    },
  };
  const log = pino(options, destination);
  output.onRecovery((dropped) => log.warn({ dropped }, "log_lines_dropped"));
  return log;
}

/** Logs security events under their names. */
export function logSecurityEvents(log: Logger): SecurityEvents {
  return { report: ({ type, ...facts }) => log.info({ event: type, ...facts }, type) };
}

/** Logs a line for each request, and one for each fault behind a 5xx answer. */
export function logRequests(log: Logger, { collect }: Pick<LogOutput, "collect">) {
  const at = (level: LogLevel) =>
    log.isLevelEnabled(level)
      ? (ids: RequestIds, entry: AnsweredRequest) => collect(requestLine(level, new Date(), ids, entry))
      : () => {};
  return {
    answered: at("info"),
    probed: at("debug"),
    failed: (error: unknown) => log.error({ err: error }, "fault"),
  };
}

/** Logs notices for the operator. */
export function logNotices(log: Logger) {
  return {
    info: (what: string, facts: object = {}) => log.info(facts, what),
    warn: (what: string, facts: object = {}) => log.warn(facts, what),
  };
}

/**
 * Logs mails instead of sending them. For trials only: the log then has the links, and every reader of the log
 * can use them.
 */
export function logMails(log: Logger): Mailer {
  return {
    send: async ({ to, subject, text }) => {
      // terminals do not recognise a link inside a JSON string
      const links = text.split("\n").filter((line) => /^https?:\/\/\S+$/.test(line));
      log.info({ to, subject, links, text }, "mail");
    },
  };
}
