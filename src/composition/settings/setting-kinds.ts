import { z } from "zod";
import { hasMongoUriForm, MONGO_URI_FORM } from "../../adapters/mongodb/uri-form.ts";
import { readSender } from "../../adapters/nodemailer/address.ts";
import { smtpUrlFault } from "../../adapters/nodemailer/smtp-url.ts";
import { millisecondsIn, UNITS } from "../../domain/duration.ts";
import { isHost, isWebUrl, originFault } from "./web-addresses.ts";

/** Schemas for settings. Every setting is given as text. */

const MAX_DURATION_MS = 3_650 * UNITS.d;

/** A duration such as `15m`, in milliseconds. */
export const duration = durationLike(/^[1-9]\d{0,14}(s|m|h|d)$/);
/** A duration that may be zero (`0s`), in milliseconds. */
export const pause = durationLike(/^(0|[1-9]\d{0,14})(s|m|h|d)$/);

function durationLike(pattern: RegExp) {
  return z
    .string()
    .regex(pattern, "must be a duration such as 10s, 15m or 30d")
    .transform((text) => millisecondsIn(text) as number)
    .refine((ms) => ms <= MAX_DURATION_MS, "must be a duration of at most 3650d");
}

export const flag = z.enum(["true", "false"], "must be true or false").transform((text) => text === "true");

export function whole(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,15}$/, "must be a whole number")
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be from ${min} to ${max}`);
}

export const origin = checkedBy(originFault);

export const issuer = z
  .string()
  .refine(
    (text) => isWebUrl(text) && !/[?#]|\/$/.test(text),
    "must be an http or https URL without user, query, fragment or final slash",
  );

/** The URL of a front end's page, to which a token is added as a parameter. */
export const page = z
  .string()
  .refine(
    (text) => isWebUrl(text) && !text.includes("#"),
    "must be an http or https URL without user or fragment",
  );

export const host = z.string().refine(isHost, "must be an IP address or a host name");

/** A path of a file or directory. An empty path would mean the current directory. */
export const path = z.string().min(1, "must be a path");

/** A text that `faultOf` checks. Its result is worded to follow the setting's name. */
function checkedBy(faultOf: (text: string) => string | undefined) {
  return z.string().superRefine((text, context) => {
    const fault = faultOf(text);
    if (fault !== undefined) context.addIssue(fault);
  });
}

/** A name that is shown in mails. */
export const appName = z
  .string()
  .regex(
    /^[^\p{C}\p{Zl}\p{Zp}{}]{1,60}$/u,
    "must be 1 to 60 characters without braces and control characters",
  )
  .refine((text) => text.trim() === text, "must not begin or end with a space");

export const secret = z.string().min(1);

/** A moment, or a day, which means its start in UTC. */
export const moment = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], "must be a date such as 2026-12-31")
  .transform((text) => new Date(text));

export const sender = z.string().transform((text, context) => {
  const read = readSender(text);
  if (read) return read;
  context.addIssue("must be an address such as auth@example.org or Connect <auth@example.org>");
  return z.NEVER;
});

/** `id:secret` pairs. */
export const clients = z
  .string()
  .transform((text) => text.split(",").map((pair) => pair.trim()))
  .pipe(
    z.array(
      z
        .string()
        .regex(/^[^:,\s]+:[^,]{32,}$/, "must be id:secret pairs, secrets of 32 bytes or more")
        .transform((pair) => {
          const [id = "", ...secret] = pair.split(":");
          return { id, secret: secret.join(":") };
        }),
    ),
  );

/** May contain a password. `checkSettings` reports options that the driver does not accept. */
export const mongoUri = z.string().refine(hasMongoUriForm, `must be a MongoDB URI such as ${MONGO_URI_FORM}`);

/** May contain a password. */
export const smtpUrl = checkedBy((text) => {
  const fault = smtpUrlFault(text);
  return fault === undefined ? undefined : `must be ${fault}`;
});

/** How a setting is shown if its value is not plain text, a number, a flag or a list of these. */
export type SettingKind = "secret" | "clients" | "mongo_uri" | "duration" | "moment" | "sender" | "plain";

export const KINDS = new Map<unknown, SettingKind>([
  [secret, "secret"],
  [smtpUrl, "secret"],
  [clients, "clients"],
  [mongoUri, "mongo_uri"],
  [duration, "duration"],
  [pause, "duration"],
  [moment, "moment"],
  [sender, "sender"],
]);

/** A duration in the syntax of settings, in the largest unit that divides it. */
export function durationText(ms: number): string {
  if (ms === 0) return "0s";
  const [unit, size] = Object.entries(UNITS).findLast(([, size]) => ms % size === 0) ?? ["s", UNITS.s];
  return `${ms / size}${unit}`;
}
