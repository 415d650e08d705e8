import { randomUUID } from "node:crypto";
import { domainToASCII } from "node:url";
import type { Clock } from "../../application/ports/clock.ts";
import type { Ids } from "../../application/ports/ids.ts";
import { type EmailRules, emailRules } from "../../domain/email.ts";

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() };

/** Random UUIDs (version 4, 122 bits from the system's generator). */
export const randomIds: Ids = { next: () => randomUUID() };

/** How addresses are read, over the IDNA table of this Node.js. */
export const platformEmailRules: EmailRules = emailRules(domainToASCII);
