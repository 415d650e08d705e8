import { z } from "zod";
import { UNITS } from "../../domain/duration.ts";
import { STORAGE_NAMES } from "../storages/storages.ts";
import { limitSettings } from "./limit-settings.ts";
import {
  appName,
  clients,
  duration,
  flag,
  host,
  issuer,
  KINDS,
  moment,
  mongoUri,
  origin,
  page,
  path,
  pause,
  type SettingKind,
  secret,
  sender,
  smtpUrl,
  whole,
} from "./setting-kinds.ts";

/** Every setting: its name, what it may be, its default and what it means. */

export const settingsSchema = z.object({
  SECRET_KEY: secret.optional().describe("Signs refresh tokens and encrypts signing keys"),
  SECRET_KEY_PREVIOUS: secret.optional().describe("Verifies and decrypts while SECRET_KEY changes"),
  JWT_SECRET_KEY: secret.optional().describe("Access tokens are HS256 under this key"),
  ACCEPT_LEGACY_TOKENS_UNTIL: moment
    .optional()
    .describe("Tokens of the Flask server are taken until then; a day ends it as it begins, in UTC"),
  ALLOW_WEAK_SECRETS: flag.default(false).describe("Secrets under 32 bytes are warned of, not refused"),
  MONGO_URI: mongoUri.optional().describe("MongoDB keeps the data, in the database that the URI names"),
  FLASK_MONGO_URI: mongoUri
    .optional()
    .describe("The Flask server's database, for `connect-auth import flask` alone"),
  STORAGE: z
    .enum(STORAGE_NAMES, `must be ${STORAGE_NAMES.join(", ").replace(/, (\w+)$/, " or $1")}`)
    .optional()
    .describe("What keeps the data; where it is not set, MONGO_URI decides"),
  DATA_DIR: path.default("./data").describe("Where the embedded store is"),
  SMTP_URL: smtpUrl.optional().describe("The server that takes mails; without it they go to the log"),
  MAIL_FROM: sender.optional().describe("Whom mails are from: an address, or Name <address>"),
  APP_NAME: appName.default("HBTU Connect").describe("What mails call that which users have accounts of"),
  MAIL_TEMPLATES: path
    .optional()
    .describe("A directory of mail templates; mails that it does not have are built in"),
  HOST: host.default("127.0.0.1").describe("Address to listen on"),
  PORT: whole(0, 65_535).default(5000).describe("Port to listen on; 0 takes a free one"),
  METRICS_PORT: whole(0, 65_535)
    .optional()
    .describe(
      "Port for GET /metrics, for Prometheus, at HOST; 0 takes a free one; without it there are none",
    ),
  SHUTDOWN_GRACE: pause
    .default(2 * UNITS.s)
    .describe("How long the service goes on, saying that it is not ready, after SIGTERM"),
  ISSUER: issuer.optional().describe("The service's own URL as others know it"),
  CORS_ORIGINS: z
    .string()
    .transform((text) => text.split(",").map((part) => part.trim()))
    .pipe(z.array(origin))
    .default(["http://localhost:3000"])
    .describe("Origins whose pages may call, separated by commas"),
  REGISTRATION: z
    .enum(["open", "closed"], "must be open or closed")
    .default("open")
    .describe("Whether anyone may register"),
  REGISTRATION_ANSWER: z
    .enum(["told", "same"], "must be told or same")
    .default("told")
    .describe(
      "told: an address that is taken is refused; same: registering is answered alike for every address, and the rest goes by mail, which needs SMTP_URL",
    ),
  ACCESS_TOKEN_TTL: duration.default(UNITS.d).describe("How long an access token lives"),
  REFRESH_TOKEN_TTL: duration.default(30 * UNITS.d).describe("How long a session lives"),
  REFRESH_ROTATION: flag.default(false).describe("Whether each refresh gives a new refresh token"),
  REFRESH_GRACE: duration
    .default(10 * UNITS.s)
    .describe("How long the refresh token before the newest still gets the same answer"),
  MAX_SESSIONS: whole(1, 1_000)
    .default(100)
    .describe("Live sessions that one account may have; one more ends the oldest"),
  SESSION_IDLE_TTL: duration.optional().describe("A session ends when not refreshed for so long"),
  KEY_ROTATION: duration.optional().describe("How long a signing key signs before the next one does"),
  JWKS_MAX_AGE: duration.default(300 * UNITS.s).describe("How long others may keep the published keys"),
  KEY_PUBLISH_AHEAD: pause
    .default(UNITS.h)
    .describe(
      "How long a key is published before it signs, and at least twice JWKS_MAX_AGE: longer than verifiers keep copies of the keys",
    ),
  INTROSPECTION_CLIENTS: clients.default([]).describe("Who may introspect: id:secret, separated by commas"),
  JWT_AUDIENCE: z.string().min(1).optional().describe("aud of access tokens"),
  JWT_ALG: z.enum(["ES256", "RS256"], "must be ES256 or RS256").optional().describe("Signs access tokens"),
  JWT_TYP: z.enum(["at+jwt", "JWT"], "must be at+jwt or JWT").optional().describe("typ of access tokens"),
  ARGON2_MEMORY_KIB: whole(8, 4_194_304).default(19_456).describe("Memory of one hash, in KiB"),
  ARGON2_PASSES: whole(1, 1_000).default(2).describe("Passes of one hash"),
  ARGON2_LANES: whole(1, 64).default(1).describe("Lanes of one hash"),
  ARGON2_FORMER_COSTS: z
    .enum(["keep", "forget"], "must be keep or forget")
    .default("keep")
    .describe(
      "Whether a login takes the time of former costs as well, so that it does not tell who has such a hash",
    ),
  WORKERS: z
    .union([z.literal("auto"), whole(1, 256)], "must be auto or a whole number from 1 to 256")
    .default(1)
    .describe("Processes that share the port; auto: as many as there are cores"),
  HASH_CONCURRENCY: whole(1, 1_024).optional().describe("Hashes made at once by each worker"),
  HASH_QUEUE: whole(0, 100_000).default(64).describe("Hashes that may wait"),
  ...limitSettings,
  PASSWORD_RESET_URL: page
    .default("http://localhost:3000/reset-password")
    .describe("The front end's page to choose a new password; mailed with a token parameter"),
  EMAIL_VERIFY_URL: page
    .default("http://localhost:3000/verify-email")
    .describe("The front end's page that confirms an address; mailed with a token parameter"),
  EMAIL_CANCEL_URL: page
    .default("http://localhost:3000/cancel-email-change")
    .describe("The front end's page that cancels a change of address; mailed with a token parameter"),
  REQUIRE_VERIFIED_EMAIL: flag
    .default(false)
    .describe("Whether only who has confirmed the address may log in; registering then gives no tokens"),
  NOTICE_PASSWORD_CHANGED: flag.default(true).describe("Whether users are mailed that the password changed"),
  NOTICE_EMAIL_CHANGED: flag
    .default(true)
    .describe("Whether the old address is mailed that the account has another one"),
  NOTICE_SESSION_STOLEN: flag
    .default(true)
    .describe("Whether users are mailed that a session ended because its refresh token was stolen"),
  NOTICE_ACCOUNT_DELETED: flag
    .default(true)
    .describe("Whether users are mailed that the account was deleted"),
  PASSWORD_MIN_LENGTH: whole(1, 256).default(8).describe("Code points of a new password, at least"),
  PASSWORD_BLOCKLIST: flag
    .default(false)
    .describe("Whether common passwords and one's own name or address are refused"),
  TRUST_PROXY_HOPS: whole(0, 16).default(0).describe("Proxies whose X-Forwarded-For counts"),
  AUDIT_RETENTION: duration.default(90 * UNITS.d).describe("How long security events are kept"),
  LOG_LEVEL: z
    .enum(
      ["fatal", "error", "warn", "info", "debug", "trace", "silent"],
      "must be a level such as info or debug",
    )
    .default("info")
    .describe("The least that is logged"),
  LOG_FORMAT: z
    .enum(["auto", "json", "readable"], "must be auto, json or readable")
    .default("auto")
    .describe("JSON lines, or lines for people; auto: those where the output is a terminal"),
});

export type Settings = z.infer<typeof settingsSchema>;

/** The kind of a setting; by the schema that it is made of, so that no new secret is forgotten. */
export function settingKind(name: keyof Settings): SettingKind {
  const schema = settingsSchema.shape[name];
  return KINDS.get("unwrap" in schema ? schema.unwrap() : schema) ?? "plain";
}
