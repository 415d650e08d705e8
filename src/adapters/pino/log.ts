import { type Logger, pino } from "pino";
import type { Mailer } from "../../application/ports/mailer.ts";
import type { SecurityEvents } from "../../application/ports/security-events.ts";
import { readable } from "./readable.ts";

export type LogLevel = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";

export interface LogOptions {
  readonly level: LogLevel;
  /** Lines for people instead of JSON. */
  readonly isReadable?: boolean;
  /** Asked at each entry for what belongs to it, such as the request id. */
  readonly context: () => object;
  /** Where lines go. It may drop lines, and says so later. */
  readonly output: LogOutput;
}

export interface LogOutput {
  write(line: string): void;
  onRecovery(tell: (dropped: number) => void): void;
}

/** The log: one line an entry. */
export function openLog({ level, isReadable, context, output }: LogOptions): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    // a copy, since the entry is merged into it
    mixin: () => ({ ...context() }),
    // nothing that is logged should hold these; if something ever does, they stay out all the same
    redact: {
      paths: ["password", "token", "authorization", "*.password", "*.token", "*.authorization"],
      censor: "[hidden]",
    },
  };
  const log = pino(options, {
    write: isReadable ? (line) => output.write(readable(line)) : (line) => output.write(line),
  });
  output.onRecovery((dropped) => log.warn({ dropped }, "log_lines_dropped"));
  return log;
}

/** Security events as log lines, by their own names. */
export function logSecurityEvents(log: Logger): SecurityEvents {
  return { report: ({ type, ...facts }) => log.info({ event: type, ...facts }, type) };
}

/** One line for each request, and one for each fault behind an answer of 5xx. */
export function logRequests(log: Logger) {
  return {
    answered: (entry: object) => log.info(entry, "request"),
    probed: (entry: object) => log.debug(entry, "request"),
    failed: (error: unknown) => log.error({ err: error }, "fault"),
  };
}

/** Lines for whoever runs the service, beside what it prints as it starts. */
export function logNotices(log: Logger) {
  return { warn: (what: string, facts: object = {}) => log.warn(facts, what) };
}

/**
 * Mails as log lines instead of mails. For trying only: with the text go the links in it, and whoever reads
 * the log can follow them.
 */
export function logMails(log: Logger): Mailer {
  return {
    send: async ({ to, subject, text }) => {
      // a terminal makes no link of what stands in the middle of a JSON string
      const links = text.split("\n").filter((line) => /^https?:\/\/\S+$/.test(line));
      log.info({ to, subject, links, text }, "mail");
    },
  };
}
