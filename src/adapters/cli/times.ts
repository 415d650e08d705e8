import { InvalidArgumentError } from "commander";
import type { Since } from "../../application/audit/list-events.ts";
import { millisecondsIn } from "../../domain/duration.ts";

/** Times that operators type: a moment, a date in UTC, or an age. */

const AGO = /^\d{1,9}[smhd]$/;
/** A date, or date and time with an offset (RFC 3339, section 5.6). */
const MOMENT = /^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d))?$/;

export function timeOf(text: string): Since {
  if (AGO.test(text)) return { agoMs: millisecondsIn(text) as number };
  const moment = new Date(text);
  if (!MOMENT.test(text) || Number.isNaN(moment.getTime()))
    throw new InvalidArgumentError("Give a time such as 2026-01-31T08:00:00Z, a date, or 24h for a day ago.");
  return moment;
}
