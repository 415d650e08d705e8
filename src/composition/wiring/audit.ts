import { userInfo } from "node:os";
import { randomIds, systemClock } from "../../adapters/node/platform.ts";
import { makeEventRecorder } from "../../application/audit/record-events.ts";
import type { Clock } from "../../application/ports/clock.ts";
import type { AuditTrail, Facts } from "../../application/ports/storage/audit-trail.ts";
import { type AuditWriter, startAuditWriter } from "./audit-writer.ts";

/** The facts that all events of a process share, and the warning if events cannot be written. */
export interface AuditOptions {
  readonly context: () => Facts;
  readonly warn: (what: string) => void;
}

/** Events that may wait, which take a few megabytes. */
const CAPACITY = 10_000;

/** Starts writing events into the trail, in the background. */
export function startAudit(
  auditTrail: AuditTrail,
  { context, warn }: AuditOptions,
  clock: Clock = systemClock,
): AuditWriter {
  const deps = { auditTrail, context, clock, ids: randomIds, capacity: CAPACITY };
  return startAuditWriter(makeEventRecorder(deps), warn);
}

/** The options for commands: events name the operator, and warnings go to standard error. */
export const auditOfCommands: AuditOptions = {
  context: () => ({ via: "command_line", operator: operatorName() }),
  warn: (what) => console.error(`warning: ${what}`),
};

/** The user who runs the command, or who called sudo. */
function operatorName(): string {
  try {
    return process.env.SUDO_USER || userInfo().username;
  } catch {
    // a container's user may have no name
    return `uid ${process.getuid?.()}`;
  }
}
