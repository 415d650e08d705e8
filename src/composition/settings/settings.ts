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

/** Every setting: name, schema, default and meaning. */

export const settingsSchema = z.object({
  SECRET_KEY: secret.optional().describe("Signs refresh tokens, encrypts signing keys and second factors"),
  SECRET_KEY_PREVIOUS: secret
    .optional()
    .describe("The former SECRET_KEY while it is being changed: verifies and decrypts, but no longer signs"),
  JWT_SECRET_KEY: secret.optional().describe("Access tokens are HS256 under this key"),
  ACCEPT_LEGACY_TOKENS_UNTIL: moment
    .optional()
    .describe("Tokens of the Flask server are accepted until this moment; a date means its start in UTC"),
  ALLOW_WEAK_SECRETS: flag
    .default(false)
    .describe("Whether a secret shorter than 32 bytes causes a warning instead of an error"),
  MONGO_URI: mongoUri.optional().describe("MongoDB keeps the data, in the database that the URI names"),
  FLASK_MONGO_URI: mongoUri
    .optional()
    .describe("The Flask server's database; only `connect-auth import flask` reads it"),
  STORAGE: z
    .enum(STORAGE_NAMES, `must be ${STORAGE_NAMES.join(", ").replace(/, (\w+)$/, " or $1")}`)
    .optional()
    .describe("The storage; if not set, mongodb where MONGO_URI is set, and lmdb otherwise"),
  DATA_DIR: path.default("./data").describe("Directory of the embedded store"),
  SMTP_URL: smtpUrl.optional().describe("The mail server; without it mails are written to the log"),
  MAIL_FROM: sender.optional().describe("Sender of mails: an address, or Name <address>"),
  APP_NAME: appName.default("HBTU Connect").describe("The application's name in mails and authenticators"),
  MAIL_TEMPLATES: path
    .optional()
    .describe("A directory of mail templates; mails without a template there use the built-in one"),
  HOST: host.default("127.0.0.1").describe("Address to listen on"),
  PORT: whole(0, 65_535).default(5000).describe("Port to listen on; 0 takes a free one"),
  METRICS_PORT: whole(0, 65_535)
    .optional()
    .describe(
      "Port of GET /metrics for Prometheus, at HOST; 0 takes a free one; without it there are no metrics",
    ),
  SHUTDOWN_GRACE: pause
    .default(2 * UNITS.s)
    .describe("How long the service keeps serving after SIGTERM while it reports that it is not ready"),
  ISSUER: issuer.optional().describe("The service's public URL"),
  CORS_ORIGINS: z
    .string()
    .transform((text) => text.split(",").map((part) => part.trim()))
    .pipe(z.array(origin))
    .default(["http://localhost:3000"])
    .describe("Origins whose pages may call the service, separated by commas"),
  REGISTRATION: z
    .enum(["open", "closed"], "must be open or closed")
    .default("open")
    .describe("Whether anyone may register"),
  REGISTRATION_ANSWER: z
    .enum(["told", "same"], "must be told or same")
    .default("told")
    .describe(
      "told: registering with a taken address is refused; same: every address gets the same answer and registration is completed by mail, which needs SMTP_URL",
    ),
  ACCESS_TOKEN_TTL: duration.default(UNITS.d).describe("Lifetime of an access token"),
  REFRESH_TOKEN_TTL: duration.default(30 * UNITS.d).describe("Lifetime of a session"),
  REFRESH_ROTATION: flag.default(false).describe("Whether each refresh returns a new refresh token"),
  REFRESH_GRACE: duration
    .default(10 * UNITS.s)
    .describe("How long the previous refresh token still gets the same answer as at its first use"),
  MAX_SESSIONS: whole(1, 1_000)
    .default(100)
    .describe("Live sessions that one account may have; a further login ends the oldest"),
  SESSION_IDLE_TTL: duration.optional().describe("A session ends when it is not refreshed for this long"),
  KEY_ROTATION: duration.optional().describe("How long a signing key signs before the next one replaces it"),
  JWKS_MAX_AGE: duration.default(300 * UNITS.s).describe("How long verifiers may cache the published keys"),
  KEY_PUBLISH_AHEAD: pause
    .default(UNITS.h)
    .describe(
      "How long a key is published before it signs, at least twice JWKS_MAX_AGE; must be longer than verifiers cache the keys",
    ),
  INTROSPECTION_CLIENTS: clients
    .default([])
    .describe("Clients that may introspect: id:secret pairs, separated by commas"),
  JWT_AUDIENCE: z.string().min(1).optional().describe("aud of access tokens"),
  JWT_ALG: z
    .enum(["ES256", "RS256"], "must be ES256 or RS256")
    .optional()
    .describe("Signature algorithm of access tokens"),
  JWT_TYP: z.enum(["at+jwt", "JWT"], "must be at+jwt or JWT").optional().describe("typ of access tokens"),
  PASSWORD_HASHING: z
    .enum(["auto", "argon2", "node-rs"], "must be auto, argon2 or node-rs")
    .default("auto")
    .describe(
      "The package that computes hashes: argon2, or the faster @node-rs/argon2; auto: the faster one if it works on this machine",
    ),
  ARGON2_MEMORY_KIB: whole(8, 4_194_304).default(19_456).describe("Memory of one hash, in KiB"),
  ARGON2_PASSES: whole(1, 1_000).default(2).describe("Passes of one hash"),
  ARGON2_LANES: whole(1, 64).default(1).describe("Lanes of one hash"),
  ARGON2_FORMER_COSTS: z
    .enum(["keep", "forget"], "must be keep or forget")
    .default("keep")
    .describe(
      "keep: a login also takes the time of hashes at former costs, so that its duration does not reveal which accounts have one; forget: it does not",
    ),
  WORKERS: z
    .union([z.literal("auto"), whole(1, 256)], "must be auto or a whole number from 1 to 256")
    .default(1)
    .describe("Processes that share the port; auto: as many as there are cores"),
  HASH_CONCURRENCY: whole(1, 1_024).optional().describe("Hashes that each worker computes at the same time"),
  HASH_QUEUE: whole(0, 100_000).default(64).describe("Hashes that may wait in the queue"),
  ...limitSettings,
  PASSWORD_RESET_URL: page
    .default("http://localhost:3000/reset-password")
    .describe(
      "The front end's page for choosing a new password; the link in the mail adds a token parameter",
    ),
  EMAIL_VERIFY_URL: page
    .default("http://localhost:3000/verify-email")
    .describe("The front end's page that confirms an address; the link in the mail adds a token parameter"),
  EMAIL_CANCEL_URL: page
    .default("http://localhost:3000/cancel-email-change")
    .describe(
      "The front end's page that cancels a change of address; the link in the mail adds a token parameter",
    ),
  REQUIRE_VERIFIED_EMAIL: flag
    .default(false)
    .describe(
      "Whether users must confirm their address before they log in; registering then returns no tokens",
    ),
  NOTICE_PASSWORD_CHANGED: flag
    .default(true)
    .describe("Whether users get a mail when their password changes"),
  NOTICE_EMAIL_CHANGED: flag
    .default(true)
    .describe("Whether the old address gets a mail when the account's address changes"),
  NOTICE_SESSION_STOLEN: flag
    .default(true)
    .describe("Whether users get a mail when a session ends because its refresh token was stolen"),
  NOTICE_ACCOUNT_DELETED: flag
    .default(true)
    .describe("Whether users get a mail when their account is deleted"),
  NOTICE_SECOND_FACTOR: flag
    .default(true)
    .describe(
      "Whether users get a mail when a second factor is added, removed, used for recovery or refused",
    ),
  REQUIRE_SECOND_FACTOR: z
    .enum(["off", "all"], "must be off or all")
    .default("off")
    .describe(
      "Whether every account needs a second factor; until it has one, its access tokens are good only for setting one up",
    ),
  PASSWORD_MIN_LENGTH: whole(1, 256).default(8).describe("Least length of a new password, in code points"),
  PASSWORD_BLOCKLIST: flag
    .default(false)
    .describe("Whether common passwords and the user's own name or address are refused as passwords"),
  TRUST_PROXY_HOPS: whole(0, 16)
    .default(0)
    .describe("Number of proxies in front of the service whose X-Forwarded-For entries are trusted"),
  AUDIT_RETENTION: duration.default(90 * UNITS.d).describe("How long security events are kept"),
  LOG_LEVEL: z
    .enum(
      ["fatal", "error", "warn", "info", "debug", "trace", "silent"],
      "must be a level such as info or debug",
    )
    .default("info")
    .describe("Lowest level that is logged"),
  LOG_FORMAT: z
    .enum(["auto", "json", "readable"], "must be auto, json or readable")
    .default("auto")
    .describe("JSON lines or readable lines; auto: readable if the output is a terminal"),
});

export type Settings = z.infer<typeof settingsSchema>;

/** The kind of a setting, derived from its schema, so that no new secret is forgotten. */
export function settingKind(name: keyof Settings): SettingKind {
  const schema = settingsSchema.shape[name];
  return KINDS.get("unwrap" in schema ? schema.unwrap() : schema) ?? "plain";
}
