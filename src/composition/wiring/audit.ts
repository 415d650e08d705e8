import { userInfo } from "node:os";
import { randomIds, systemClock } from "../../adapters/node/platform.ts";
import { makeEventRecorder } from "../../application/audit/record-events.ts";
import type { Clock } from "../../application/ports/clock.ts";
import type { AuditTrail, Facts } from "../../application/ports/storage/audit-trail.ts";
import { type AuditWriter, startAuditWriter } from "./audit-writer.ts";

/** What the events of a process have in common, and what to do when they cannot be kept. */
export interface AuditOptions {
  readonly origin: () => Facts;
  readonly warn: (what: string) => void;
}

/** Some megabytes. */
const CAPACITY = 10_000;

/** Begins to write events into the trail, in the background. */
export function startAudit(
  auditTrail: AuditTrail,
  { origin, warn }: AuditOptions,
  clock: Clock = systemClock,
): AuditWriter {
  const deps = { auditTrail, origin, clock, ids: randomIds, capacity: CAPACITY };
  return startAuditWriter(makeEventRecorder(deps), warn);
}

/** The events of commands: they name the operator, and a warning goes to standard error. */
export const auditOfCommands: AuditOptions = {
  origin: () => ({ via: "command_line", operator: operatorName() }),
  warn: (what) => console.error(`warning: ${what}`),
};

/** Whoever called sudo, where the command runs as another user. */
function operatorName(): string {
  try {
    return process.env.SUDO_USER || userInfo().username;
  } catch {
    // a container's user need not have a name
    return `uid ${process.getuid?.()}`;
  }
}
