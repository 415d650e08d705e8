import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { exitStatusOf, explain } from "../../../src/composition/commands/commands.ts";
import { describeConfig } from "../../../src/composition/commands/describe-config.ts";
import { examine } from "../../../src/composition/commands/doctor.ts";
import { checkedConfig, checkSettings } from "../../../src/composition/settings/check-config.ts";
import { ConfigError, EXIT_CONFIG, readConfig } from "../../../src/composition/settings/config.ts";
import { type Settings, settingsSchema } from "../../../src/composition/settings/settings.ts";
import { runCli } from "../../support/cli.ts";
import { temporaryDirectory } from "../../support/server-process.ts";

const directory = temporaryDirectory();
afterAll(directory.remove);

const KEY = "a key of more than thirty-two bytes";
const MONGO = { SECRET_KEY: KEY };
const SMTP = { MAIL_FROM: "auth@example.org" };

/** Passwords that are not percent-encoded. The secret part of each contains 2024 or Sesame. */
const RAW_USERINFO = [
  "auth:2024@Sesame/Tail@host",
  "auth:Sesame/2024@host",
  "auth:Sesame?2024@host",
  "auth:2024#Sesame@host:587",
  "auth:2024/Sesame@host",
  "auth:2024?Sesame@host",
  "auth:Sesame:2024@host",
  "auth:Sesame[2024]@host",
  "auth:Sesame%2024%@host",
  "auth@example.org:Sesame@host",
  "auth:Ses ame@host",
  "auth:Ses\name2024@host",
  "auth:Sesame@host/?x=2024@Sesame",
];

const templates = join(directory.path, "templates");
mkdirSync(templates);
writeFileSync(join(templates, "email_change.txt"), "{{link}}");

type Faulty = Readonly<Record<keyof Settings, readonly string[]>>;

/** For each setting, values that it rejects. */
const FAULTY: Faulty = {
  SECRET_KEY: ["Sesame2024"],
  SECRET_KEY_PREVIOUS: ["Sesame2024"],
  JWT_SECRET_KEY: ["Sesame2024"],
  ACCEPT_LEGACY_TOKENS_UNTIL: ["soon"],
  ALLOW_WEAK_SECRETS: ["yes"],
  MONGO_URI: [
    ...RAW_USERINFO.flatMap((each) => [`mongodb://${each}/auth`, `mongodb+srv://${each}/auth`]),
    "mongodb://auth:Sesame2024@host:0/auth",
    "mongodb://auth:Sesame2024@host:70000/auth",
    "mongodb://auth:Sesame2024@host,/auth",
    "mongodb://auth:Sesame2024@/auth",
    "mongodb+srv://auth:Sesame2024@a.example,b.example/auth",
    "mongodb+srv://auth:Sesame2024@cluster.example:1/auth",
    "mongodb://auth:Sesame2024@host/auth?tls=Sesame2024",
    "mongodb://auth:Sesame2024@host/auth?retrywrite=true",
    "postgres://auth:Sesame2024@host/auth",
    "auth:Sesame2024@host",
    "Sesame2024",
  ],
  FLASK_MONGO_URI: RAW_USERINFO.map((each) => `mongodb://${each}/auth`),
  STORAGE: ["postgres"],
  DATA_DIR: [],
  SMTP_URL: [
    ...RAW_USERINFO.flatMap((each) => [`smtp://${each}`, `smtps://${each}`]),
    "smtp://auth:Sesame2024@host:0",
    "smtp://auth:Sesame2024@host:70000",
    "smtp://auth:Sesame2024@host/path",
    "smtp://auth:Sesame2024@host?Sesame2024=true",
    "smtp://auth:Sesame2024@host?requireTLS=Sesame2024",
    "smtp:auth:Sesame2024@host",
    "smtp:\\\\auth:Sesame2024@host",
    " smtp://auth:Sesame2024@host",
    "auth:Sesame2024@host",
  ],
  MAIL_FROM: ["Sesame2024"],
  APP_NAME: ["two\nlines", "{{link}}", " padded", "x".repeat(61)],
  MAIL_TEMPLATES: [join(directory.path, "nowhere"), templates],
  HOST: [" ", "*", "http://localhost", "127.0.0.1:5000", "a b"],
  PORT: ["http"],
  METRICS_PORT: ["-1", "5000"],
  SHUTDOWN_GRACE: ["2"],
  ISSUER: ["https://auth:Sesame2024@host", "https://auth:2024/Sesame@host", "https:host", " https://host"],
  CORS_ORIGINS: ["https://*.example.com", "https://auth:2024@host", "https://auth:2024/Sesame@host"],
  EMAIL_CANCEL_URL: ["https://auth:Sesame2024@host"],
  REGISTRATION: ["shut"],
  REGISTRATION_ANSWER: ["different"],
  ACCESS_TOKEN_TTL: ["15"],
  REFRESH_TOKEN_TTL: ["never"],
  REFRESH_ROTATION: ["on"],
  REFRESH_GRACE: ["0s"],
  SESSION_IDLE_TTL: ["1h"],
  KEY_ROTATION: ["monthly"],
  JWKS_MAX_AGE: ["5"],
  KEY_PUBLISH_AHEAD: ["5", "-1s"],
  INTROSPECTION_CLIENTS: ["api:Sesame2024"],
  JWT_AUDIENCE: [],
  JWT_ALG: ["none"],
  JWT_TYP: ["jwt"],
  PASSWORD_HASHING: ["argon", "true"],
  ARGON2_MEMORY_KIB: ["7"],
  ARGON2_PASSES: ["0"],
  ARGON2_LANES: ["0"],
  ARGON2_FORMER_COSTS: ["2"],
  WORKERS: ["many"],
  HASH_CONCURRENCY: ["0"],
  HASH_QUEUE: ["-1"],
  LOGIN_THROTTLE: ["true"],
  THROTTLE_PAIR: ["0"],
  THROTTLE_ACCOUNT: ["0"],
  THROTTLE_NETWORK: ["0"],
  THROTTLE_DEVICE: ["0"],
  THROTTLE_CODE: ["0"],
  THROTTLE_CHANGE: ["0"],
  THROTTLE_REFRESH: ["0"],
  THROTTLE_SESSIONS: ["0"],
  THROTTLE_REVOCATIONS: ["0"],
  MAX_SESSIONS: ["0"],
  THROTTLE_MAIL_PAIR: ["0"],
  THROTTLE_NOTICE: ["0"],
  THROTTLE_NOTICE_ADDRESS: ["0"],
  THROTTLE_REGISTRATION: ["0"],
  THROTTLE_MAIL: ["0"],
  THROTTLE_MAIL_NETWORK: ["0"],
  PASSWORD_RESET_URL: [
    "https://auth:2024/Sesame@host",
    "https://auth:Sesame2024@host/reset",
    "https://host/#reset",
  ],
  EMAIL_VERIFY_URL: ["https://auth:2024?Sesame@host", "/verify"],
  REQUIRE_VERIFIED_EMAIL: ["1"],
  NOTICE_PASSWORD_CHANGED: ["1"],
  NOTICE_EMAIL_CHANGED: ["1"],
  NOTICE_SESSION_STOLEN: ["1"],
  NOTICE_ACCOUNT_DELETED: ["1"],
  NOTICE_SECOND_FACTOR: ["1"],
  REQUIRE_SECOND_FACTOR: ["on", "admins"],
  PASSWORD_MIN_LENGTH: ["0"],
  PASSWORD_BLOCKLIST: ["1"],
  TRUST_PROXY_HOPS: ["-1"],
  AUDIT_RETENTION: ["forever"],
  LOG_LEVEL: ["loud"],
  LOG_FORMAT: ["xml"],
};

/** Other settings that a case needs to be valid otherwise. */
const BESIDE: Partial<Record<string, Record<string, string>>> = { MONGO_URI: MONGO, SMTP_URL: SMTP };

const CASES = Object.entries(FAULTY).flatMap(([name, values]) =>
  ["", "\0", ...values].map((value) => [name, value] as const),
);

/** The error of the first step of `serve`. */
const serveError = (env: Record<string, string>) => checkedConfig(env, "").catch((error) => error);
const doctorError = async (env: Record<string, string>) => {
  try {
    for await (const finding of examine(env, "")) return finding;
    return undefined;
  } catch (error) {
    return error;
  }
};

/** The value as a variable, or an empty one as a file. */
function given(name: string, value: string): Record<string, string> {
  if (value !== "") return { [name]: value };
  const path = join(directory.path, "value");
  writeFileSync(path, "");
  return { [`${name}_FILE`]: path };
}

it("every setting has something that it does not take", () => {
  const names = Object.keys(settingsSchema.shape);
  expect(Object.keys(FAULTY).sort()).toEqual(names.sort());
});

describe("serve, doctor and config agree, before anything is opened, and show nothing secret", () => {
  it.each(CASES)("that %s is not %j", async (name, value) => {
    const env = { DATA_DIR: join(directory.path, "data"), ...BESIDE[name], ...given(name, value) };
    const errors = [
      await serveError(env),
      await doctorError(env),
      describeConfig(await checkSettings(env, "")).fault,
    ];
    for (const error of errors) expect(error).toBeInstanceOf(ConfigError);
    const [serve, doctor, config] = errors.map((error) => explain(error));
    expect([doctor, config]).toEqual([serve, serve]);
    expect(String(serve)).toContain(`- ${name}`);
    expect(errors.map(exitStatusOf)).toEqual([EXIT_CONFIG, EXIT_CONFIG, EXIT_CONFIG]);
    const { settings, faults } = describeConfig(await checkSettings(env, ""));
    expect(JSON.stringify([settings, faults])).not.toMatch(/2024|Sesame/);
  });

  it.each([
    { MONGO_URI: "mongodb://auth:2024@Sesame/Tail@host/auth", ...MONGO },
    { MONGO_URI: "mongodb://auth:Sesame2024@host/auth?tls=perhaps", ...MONGO },
    { SMTP_URL: "smtp://user:2024#Sesame@host:587", ...SMTP },
    { MAIL_TEMPLATES: join(directory.path, "nowhere") },
  ])("as processes, with the same words: %j", async (env) => {
    const all = { DATA_DIR: join(directory.path, "none"), ...env };
    const answers = await Promise.all([[], ["doctor"], ["config"]].map((args) => runCli(all, args)));
    expect(answers.map(({ status }) => status)).toEqual([EXIT_CONFIG, EXIT_CONFIG, EXIT_CONFIG]);
    const [serve, doctor, config] = answers.map(({ stderr }) => stderr);
    expect([doctor, config]).toEqual([serve, serve]);
    expect(answers.map(({ stdout, stderr }) => stdout + stderr).join()).not.toMatch(/2024|Sesame/);
  });
});

it.each(["127.0.0.1", "0.0.0.0", "::", "::1", "fe80::1%eth0", "localhost", "auth_1.internal", "a.example."])(
  "HOST may be %s",
  (HOST) => {
    expect(readConfig({ HOST }).HOST).toBe(HOST);
  },
);

it.each([
  ["mongodb://auth:Xy9%40Secret%2FTail@host/auth", "host:27017/auth"],
  ["mongodb://us$er!:p^a|s;s=w,ord~@host/auth", "host:27017/auth"],
  [
    "mongodb://auth:paß@a_b.internal:27018,[::1]:27017,10.0.0.1/auth?replicaSet=rs0&tlsCAFile=/etc/ca.pem",
    "a_b.internal:27018,[::1]:27017,10.0.0.1:27017/auth",
  ],
  ["mongodb://%2Ftmp%2Fmongodb-27017.sock/auth", "/tmp/mongodb-27017.sock/auth"],
  ["mongodb+srv://auth:x@cluster.example.org/?w=majority", "cluster.example.org/connect_auth"],
  ["mongodb://CN=client,OU=x@host/?authMechanism=MONGODB-X509&tls=true", "host:27017/connect_auth"],
])("a MongoDB URI that is percent-encoded where it must be is taken: %s", async (uri, shown) => {
  const reading = await checkSettings({ MONGO_URI: uri, ...MONGO }, "");
  expect(reading.faults).toEqual([]);
  const { settings } = describeConfig(reading);
  expect(settings.find(({ name }) => name === "MONGO_URI")?.value).toBe(shown);
});

it("refuses with a hint of what to encode", async () => {
  const { faults } = await checkSettings({ SMTP_URL: "smtp://user:2024#Secret@host:587", ...SMTP }, "");
  expect(faults).toEqual([expect.stringMatching(/percent-encode : \/ \? # \[ \] @ % in user and password$/)]);
});
