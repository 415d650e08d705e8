import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  ConfigError,
  EXIT_CONFIG,
  readConfig,
  readSettings,
} from "../../../src/composition/settings/config.ts";
import { readEnvFile } from "../../../src/composition/settings/env-file.ts";

const STRONG = "0123456789abcdef0123456789abcdef";
const directory = mkdtempSync(join(tmpdir(), "connect-auth-config-"));
afterAll(() => rmSync(directory, { recursive: true }));

function file(content: string | Uint8Array): string {
  const path = join(directory, crypto.randomUUID());
  writeFileSync(path, content);
  return path;
}

type Environment = Record<string, string>;

function faultsOf(environment: Environment, dotEnv = ""): readonly string[] {
  try {
    readConfig(environment, dotEnv);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
}

describe("defaults", () => {
  it("are the promised ones, so that nothing has to be set", () => {
    const { HASH_CONCURRENCY, ...rest } = readConfig({});
    // docs/reference/configuration.md has all of them, and its test
    expect(rest).toMatchObject({
      ALLOW_WEAK_SECRETS: false,
      envFile: ".env",
      STORAGE: "lmdb",
      DATA_DIR: "./data",
      HOST: "127.0.0.1",
      APP_NAME: "HBTU Connect",
      PORT: 5000,
      ISSUER: "http://localhost:5000",
      CORS_ORIGINS: ["http://localhost:3000"],
      REGISTRATION: "open",
      REGISTRATION_ANSWER: "told",
      ACCESS_TOKEN_TTL: 86_400_000,
      REFRESH_TOKEN_TTL: 30 * 86_400_000,
      ARGON2_MEMORY_KIB: 19_456,
      ARGON2_PASSES: 2,
      ARGON2_LANES: 1,
      ARGON2_FORMER_COSTS: "keep",
      HASH_QUEUE: 64,
      WORKERS: 1,
      REFRESH_ROTATION: false,
      REFRESH_GRACE: 10_000,
      JWKS_MAX_AGE: 300_000,
      KEY_PUBLISH_AHEAD: 3_600_000,
      INTROSPECTION_CLIENTS: [],
      LOGIN_THROTTLE: "on",
      PASSWORD_BLOCKLIST: false,
      THROTTLE_PAIR: 5,
      THROTTLE_REFRESH: 120,
      THROTTLE_SESSIONS: 300,
      THROTTLE_REVOCATIONS: 300,
      THROTTLE_ACCOUNT: 50,
      THROTTLE_NETWORK: 200,
      THROTTLE_DEVICE: 10,
      THROTTLE_REGISTRATION: 100,
      THROTTLE_MAIL_PAIR: 3,
      THROTTLE_MAIL: 20,
      THROTTLE_MAIL_NETWORK: 50,
      THROTTLE_NOTICE: 3,
      THROTTLE_NOTICE_ADDRESS: 10,
      THROTTLE_CHANGE: 20,
      PASSWORD_RESET_URL: "http://localhost:3000/reset-password",
      EMAIL_CANCEL_URL: "http://localhost:3000/cancel-email-change",
      EMAIL_VERIFY_URL: "http://localhost:3000/verify-email",
      REQUIRE_VERIFIED_EMAIL: false,
      NOTICE_PASSWORD_CHANGED: true,
      NOTICE_EMAIL_CHANGED: true,
      NOTICE_SESSION_STOLEN: true,
      NOTICE_ACCOUNT_DELETED: true,
      PASSWORD_MIN_LENGTH: 8,
      TRUST_PROXY_HOPS: 0,
      AUDIT_RETENTION: 90 * 86_400_000,
      LOG_LEVEL: "info",
      MAX_SESSIONS: 100,
      LOG_FORMAT: "auto",
      SHUTDOWN_GRACE: 2_000,
      warnings: [],
    });
    expect(HASH_CONCURRENCY).toBe(Math.max(1, Math.min(availableParallelism(), 2)));
  });

  it.each([
    ["1", 1],
    ["3", 1],
    ["4", Math.min(availableParallelism(), 2)],
    ["1024", availableParallelism()],
  ])("of HASH_CONCURRENCY leave two of %s libuv threads free", (UV_THREADPOOL_SIZE, expected) => {
    expect(readConfig({ UV_THREADPOOL_SIZE }).HASH_CONCURRENCY).toBe(expected);
  });

  it("of HASH_CONCURRENCY go by the threads there are: .env comes too late for UV_THREADPOOL_SIZE", () => {
    const expected = readConfig({}).HASH_CONCURRENCY;
    expect(readConfig({}, "UV_THREADPOOL_SIZE=3\n").HASH_CONCURRENCY).toBe(expected);
  });

  it("keep metrics to themselves until they are given a port, which is not that of the calls", () => {
    expect(readConfig({}).METRICS_PORT).toBeUndefined();
    expect(readConfig({ METRICS_PORT: "9464" }).METRICS_PORT).toBe(9464);
    expect(faultsOf({ METRICS_PORT: "0", PORT: "0" })).toEqual([]);
    expect(faultsOf({ METRICS_PORT: "5000" })).toEqual(["METRICS_PORT must be another port than PORT"]);
  });

  it("choose MongoDB where its URI is set, which needs a secret that all processes have", () => {
    const MONGO_URI = "mongodb://db/auth";
    expect(readConfig({ MONGO_URI, SECRET_KEY: "s".repeat(32) }).STORAGE).toBe("mongodb");
    expect(faultsOf({ MONGO_URI })).toEqual([expect.stringMatching(/^SECRET_KEY is needed/)]);
    expect(faultsOf({ STORAGE: "mongodb", SECRET_KEY: "s".repeat(32) })).toEqual([
      "STORAGE=mongodb needs MONGO_URI",
    ]);
    expect(faultsOf({ STORAGE: "lmdb", MONGO_URI })).toEqual([expect.stringMatching(/keep one$/)]);
  });

  it("take introspection clients with long secrets, which may hold colons", () => {
    const secret = `${"s".repeat(16)}:${"t".repeat(16)}`;
    expect(
      readConfig({ INTROSPECTION_CLIENTS: `api:${secret}, other:${secret}` }).INTROSPECTION_CLIENTS,
    ).toEqual([
      { id: "api", secret },
      { id: "other", secret },
    ]);
    expect(faultsOf({ INTROSPECTION_CLIENTS: "api:short" }).join()).not.toContain("short");
  });

  it("refuse an idle limit that an access token would outlive, and a rotation of a shared key", () => {
    expect(faultsOf({ SESSION_IDLE_TTL: "1d" })).toHaveLength(1);
    expect(faultsOf({ SESSION_IDLE_TTL: "25h" })).toEqual([]);
    expect(faultsOf({ JWT_SECRET_KEY: "s".repeat(32), KEY_ROTATION: "90d" })).toHaveLength(1);
  });

  it("take tokens of the Flask server until a day begins or a moment comes, with its secret only", () => {
    const JWT_SECRET_KEY = "the secret that the app's services share";
    const until = (text: string) =>
      readConfig({ JWT_SECRET_KEY, ACCEPT_LEGACY_TOKENS_UNTIL: text }).ACCEPT_LEGACY_TOKENS_UNTIL;
    expect(until("2026-12-31")).toEqual(new Date("2026-12-31T00:00:00.000Z"));
    expect(until("2026-12-31T22:00:00+02:00")).toEqual(new Date("2026-12-31T20:00:00.000Z"));
    for (const text of ["2026-02-30", "31.12.2026", "2026-12-31T22:00:00", "30d"]) {
      expect(faultsOf({ JWT_SECRET_KEY, ACCEPT_LEGACY_TOKENS_UNTIL: text })).toHaveLength(1);
    }
    expect(faultsOf({ ACCEPT_LEGACY_TOKENS_UNTIL: "2026-12-31" })).toEqual([
      expect.stringMatching(/JWT_SECRET_KEY/),
    ]);
  });

  it("send mails from an address, alone or with a name, which a server for them needs", () => {
    const SMTP_URL = "smtps://ada:s3same@mail.example.org";
    const from = (MAIL_FROM: string) => readConfig({ SMTP_URL, MAIL_FROM }).MAIL_FROM;
    expect(from("auth@example.org")).toEqual({ name: "", address: "auth@example.org" });
    expect(from("Connect <auth@example.org>")).toEqual({ name: "Connect", address: "auth@example.org" });
    for (const text of ["Connect", "a@example.org, b@example.org", "Connect <a@example.org>\r\nBcc: x"]) {
      expect(faultsOf({ MAIL_FROM: text })).toEqual([expect.stringMatching(/^MAIL_FROM must be an address/)]);
    }
    expect(faultsOf({ SMTP_URL })).toEqual([expect.stringMatching(/^SMTP_URL needs MAIL_FROM/)]);
    expect(faultsOf({ REGISTRATION_ANSWER: "same" })).toEqual([
      expect.stringMatching(/^REGISTRATION_ANSWER=same needs SMTP_URL/),
    ]);
    expect(readConfig({ MAIL_FROM: "auth@example.org", MAIL_TEMPLATES: "mails" }).MAIL_TEMPLATES).toBe(
      "mails",
    );
    for (const url of ["http://ada:s3same@mail.example.org", "ada:s3same@mail.example.org", "smtp://"]) {
      const faults = faultsOf({ SMTP_URL: url, MAIL_FROM: "auth@example.org" });
      expect(faults).toEqual([expect.stringMatching(/^SMTP_URL must be an smtp or smtps URL such as /)]);
    }
  });

  it("give way to HASH_CONCURRENCY itself", () => {
    expect(readConfig({ HASH_CONCURRENCY: "7" }).HASH_CONCURRENCY).toBe(7);
  });
});

describe("where values come from", () => {
  it("the environment goes before .env, name by name", () => {
    const config = readConfig({ PORT: "1" }, "PORT=2\nHOST=::1\nREGISTRATION='closed' # for now\n");
    expect(config).toMatchObject({ PORT: 1, HOST: "::1", REGISTRATION: "closed" });
  });

  it("a blank variable is one not set: .env or the default holds", () => {
    expect(
      readConfig({ PORT: "", HOST: "", SECRET_KEY: "" }, "PORT=2\nISSUER=\nSECRET_KEY=\n"),
    ).toMatchObject({
      PORT: 2,
      HOST: "127.0.0.1",
      ISSUER: "http://localhost:2",
    });
    expect(readConfig({ SECRET_KEY: "" }).SECRET_KEY).toBeUndefined();
    expect(readConfig({ SECRET_KEY: STRONG, SECRET_KEY_FILE: "" }).SECRET_KEY).toBe(STRONG);
  });

  it("names that are no settings are left alone, be they members of every object", () => {
    expect(
      readConfig({ PATH: "/bin", constructor: "x", __proto__: "y" }, "toString=1\n__proto__=2\n"),
    ).toEqual(readConfig({}));
  });

  it("any name with _FILE is read from that file, less one line end", () => {
    expect(readConfig({ SECRET_KEY_FILE: file(`${STRONG}\n`) }).SECRET_KEY).toBe(STRONG);
    expect(readConfig({ SECRET_KEY_FILE: file(`${STRONG}\r\n`) }).SECRET_KEY).toBe(STRONG);
    expect(readConfig({ SECRET_KEY_FILE: file(` ${STRONG} \n\n`) }).SECRET_KEY).toBe(` ${STRONG} \n`);
    expect(readConfig({ PORT_FILE: file("81\n") }).PORT).toBe(81);
    expect(readConfig({}, `PORT_FILE=${file("82")}\n`).PORT).toBe(82);
  });

  it("a name and its _FILE both set are a fault, wherever they are set", () => {
    const path = file(STRONG);
    const fault = ["SECRET_KEY and SECRET_KEY_FILE are both set: keep one"];
    expect(faultsOf({ SECRET_KEY: STRONG, SECRET_KEY_FILE: path })).toEqual(fault);
    expect(faultsOf({ SECRET_KEY: STRONG }, `SECRET_KEY_FILE=${path}`)).toEqual(fault);
  });

  it("a file that cannot be read is a fault, and an empty one no secret", () => {
    expect(faultsOf({ PORT_FILE: join(directory, "missing") })).toEqual([
      "PORT_FILE cannot be read (ENOENT)",
    ]);
    expect(faultsOf({ SECRET_KEY_FILE: directory })).toEqual(["SECRET_KEY_FILE cannot be read (EISDIR)"]);
    expect(faultsOf({ JWT_SECRET_KEY_FILE: file("\n") })).toEqual([
      expect.stringContaining("JWT_SECRET_KEY"),
    ]);
  });

  it("a missing .env is an empty one; one that cannot be read is a fault", () => {
    const path = join(directory, ".env");
    expect(readEnvFile({}, directory)).toEqual({
      name: ".env",
      text: "",
      description: `${path} (not there)`,
    });
    writeFileSync(path, "PORT=1\n");
    expect(readEnvFile({}, directory)).toEqual({ name: ".env", text: "PORT=1\n", description: path });
    expect(readEnvFile({ CONNECT_AUTH_ENV_FILE: "" }, directory).text).toBe("PORT=1\n");
    rmSync(path);
    mkdirSync(path);
    expect(() => readEnvFile({}, directory)).toThrow(ConfigError);
  });

  it("CONNECT_AUTH_ENV_FILE names another file, which must be there", () => {
    const path = file("PORT=2\n");
    const named = readEnvFile({ CONNECT_AUTH_ENV_FILE: path }, "/nowhere");
    expect(named.text).toBe("PORT=2\n");
    expect(readSettings({}, named).origins.get("PORT")).toBe(path);
    for (const missing of [join(directory, "missing"), "also-missing", directory]) {
      const read = () => readEnvFile({ CONNECT_AUTH_ENV_FILE: missing }, directory);
      expect(read).toThrow(ConfigError);
      expect(read).toThrow(/named by --env-file or CONNECT_AUTH_ENV_FILE\) cannot be read \(E/);
    }
  });
});

describe("faults", () => {
  it("are told all at once, in a message of one line each, under exit status 78", () => {
    const environment = {
      PORT: "http",
      ACCESS_TOKEN_TTL: "15",
      CORS_ORIGINS: "*",
      REGISTRATION: "shut",
      HOST_FILE: join(directory, "missing"),
    };
    const faults = faultsOf(environment);
    expect(faults.map((fault) => fault.split(" ")[0]).sort()).toEqual(Object.keys(environment).sort());
    expect(() => readConfig(environment)).toThrow(
      `The configuration cannot be used:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`,
    );
    expect(EXIT_CONFIG).toBe(78);
  });

  it("of a value, of a weak secret and of settings that exclude each other are told together", () => {
    const faults = faultsOf({
      PORT: "http",
      SECRET_KEY: "short",
      JWT_SECRET_KEY: STRONG,
      JWT_ALG: "ES256",
    }).join("\n");
    expect(faults).toContain("PORT");
    expect(faults).toContain("SECRET_KEY has fewer than 32 bytes");
    expect(faults).toContain("JWT_ALG");
  });

  it.each([
    ["PORT", ["-1", "65536", "5000.5", "0x50", "1e3", " 80", "eighty"]],
    ["ACCESS_TOKEN_TTL", ["0s", "15", "-1h", "1.5h", "1w", "1 d", "d", "1D", "P1D", "Infinity"]],
    ["REFRESH_TOKEN_TTL", ["never", "0d", "999999999d"]],
    [
      "ISSUER",
      ["localhost:5000", "ftp://x.com", "https://x.com/", "https://x.com?a", "https://x.com#a", "/auth"],
    ],
    [
      "CORS_ORIGINS",
      [
        "*",
        "null",
        "example.com",
        "https://x.com/",
        "https://x.com/app",
        "https://x.com,",
        "https://x.com,*",
      ],
    ],
    [
      "CORS_ORIGINS",
      ["https://X.com", "https://x.com:443", "file:///x", "https://u@x.com", "javascript:alert(1)"],
    ],
    [
      "CORS_ORIGINS",
      [
        "https://*.example.com",
        "https://x.com,https://*",
        "NULL",
        " ",
        "https://x.com:80/",
        "https:x.com",
        "https:/x.com",
        "https://x\\.com",
        "capacitor://",
        "capacitor://localhost/",
        "capacitor:localhost",
        "Capacitor://localhost",
        "ionic://Localhost",
        "tauri://u@localhost",
        "app://localhost",
      ],
    ],
    ["REGISTRATION", ["Open", "true", "closed "]],
    ["ALLOW_WEAK_SECRETS", ["1", "yes", "TRUE"]],
    ["STORAGE", ["postgres", "mongodb ", "Memory"]],
    ["JWT_ALG", ["none", "HS256", "es256", "RS512"]],
    ["JWT_TYP", ["jwt", "at+JWT", "rt+jwt"]],
    ["LOG_LEVEL", ["verbose", "INFO"]],
    ["LOG_FORMAT", ["pretty", "JSON"]],
    ["SHUTDOWN_GRACE", ["0", "-1s", "00s", "2"]],
    ["HASH_CONCURRENCY", ["0", "-1", "many"]],
    ["WORKERS", ["0", "Auto", "257", "1.5"]],
    ["HASH_QUEUE", ["-1", "1e9", "100001"]],
    ["PASSWORD_MIN_LENGTH", ["0", "257"]],
    ["TRUST_PROXY_HOPS", ["-1", "17", "true"]],
    ["ARGON2_MEMORY_KIB", ["7", "0", "64MB"]],
    ["ARGON2_PASSES", ["0"]],
    ["ARGON2_LANES", ["0", "65"]],
    ["ARGON2_FORMER_COSTS", ["2", "none"]],
  ])("%s refuses %j, by name", (name, values) => {
    for (const value of values) {
      const faults = faultsOf({ [name]: value });
      expect([value, faults.length]).toEqual([value, 1]);
      expect(faults[0]?.startsWith(`${name} must be `), faults[0]).toBe(true);
    }
  });

  it("tell of argon2 memory too small for its lanes, which the hasher itself would refuse", () => {
    expect(faultsOf({ ARGON2_MEMORY_KIB: "31", ARGON2_LANES: "4" })).toEqual([
      expect.stringContaining("ARGON2_LANES"),
    ]);
    expect(faultsOf({ ARGON2_MEMORY_KIB: "32", ARGON2_LANES: "4" })).toEqual([]);
  });

  it.each<[Environment]>([
    [{ JWT_ALG: "ES256" }],
    [{ JWT_TYP: "JWT" }],
    [{ JWT_ALG: "RS256", JWT_TYP: "at+jwt" }],
  ])("tell that %j does not go with JWT_SECRET_KEY", (environment) => {
    expect(faultsOf({ ...environment, JWT_SECRET_KEY: STRONG })).toEqual([
      expect.stringContaining(Object.keys(environment).join(" and ")),
    ]);
    expect(faultsOf(environment)).toEqual([]);
  });
});

describe("values", () => {
  it.each([
    ["10s", 10_000],
    ["15m", 900_000],
    ["12h", 43_200_000],
    ["30d", 2_592_000_000],
  ])("a duration of %s is %i milliseconds", (text, milliseconds) => {
    expect(readConfig({ REFRESH_TOKEN_TTL: text }).REFRESH_TOKEN_TTL).toBe(milliseconds);
  });

  it("an origin that browsers send in another form is refused with that form, if it can hold no password", () => {
    const hint = (form: string) => [
      `CORS_ORIGINS must be origins as browsers send them: ${form} and nothing after it`,
    ];
    expect(faultsOf({ CORS_ORIGINS: "https://X.com/" })).toEqual(hint("https://x.com"));
    expect(faultsOf({ CORS_ORIGINS: "https://x.com:443" })).toEqual(hint("https://x.com"));
    expect(faultsOf({ CORS_ORIGINS: "http://x.com:8080/app" })).toEqual(hint("http://x.com:8080"));
    expect(faultsOf({ CORS_ORIGINS: "https://*.example.com" }).join()).toContain("name each one");
    for (const secret of [
      "https://ada:hunter2@x.com",
      "https://ada:2024/hunter2@x.com",
      "https://hunter2@x.com/",
    ]) {
      expect(faultsOf({ CORS_ORIGINS: secret }).join()).not.toMatch(/hunter2|2024|ada/);
    }
  });

  it("the origins of apps that bring their pages along are taken", () => {
    const apps = [
      "capacitor://localhost",
      "ionic://localhost",
      "tauri://localhost",
      "http://tauri.localhost",
    ];
    const more = ["capacitor://app.example.com", "ionic://localhost:8080", "http://[::1]:3000"];
    expect(readConfig({ CORS_ORIGINS: [...apps, ...more].join() }).CORS_ORIGINS).toEqual([...apps, ...more]);
  });

  it("several origins are separated by commas, with or without spaces", () => {
    expect(readConfig({ CORS_ORIGINS: "https://a.example, http://b.example:8080" }).CORS_ORIGINS).toEqual([
      "https://a.example",
      "http://b.example:8080",
    ]);
  });
});

describe("secrets", () => {
  const names = ["SECRET_KEY", "SECRET_KEY_PREVIOUS", "JWT_SECRET_KEY"];

  it.each(names)("%s of 31 bytes is refused, of 32 taken, counted in bytes", (name) => {
    expect(faultsOf({ [name]: STRONG.slice(1) })).toEqual([
      expect.stringContaining(`${name} has fewer than 32 bytes`),
    ]);
    expect(faultsOf({ [name]: STRONG })).toEqual([]);
    expect(faultsOf({ [name]: "é".repeat(16) })).toEqual([]);
  });

  it.each(names)("%s of one byte is taken with a warning under ALLOW_WEAK_SECRETS=true", (name) => {
    const { warnings } = readConfig({ [name]: "x", ALLOW_WEAK_SECRETS: "true" });
    expect(warnings).toEqual([expect.stringContaining(`${name} has fewer than 32 bytes`)]);
  });

  it("never appear in a fault or a warning, from wherever they were read", () => {
    const canary = "canary-4711";
    const said = [
      ...faultsOf({
        SECRET_KEY: canary,
        SECRET_KEY_PREVIOUS: canary,
        JWT_SECRET_KEY: canary,
        JWT_ALG: "ES256",
      }),
      ...faultsOf({ SECRET_KEY: canary, SECRET_KEY_FILE: file(canary) }),
      ...faultsOf({ SECRET_KEY_FILE: file(canary), JWT_SECRET_KEY_FILE: file(canary) }),
      ...faultsOf({ SECRET_KEY_FILE: canary }),
      ...faultsOf({}, `SECRET_KEY=${canary}\nPORT=${canary}\nSTORAGE=${canary}\nISSUER=${canary}\n`),
      ...readConfig({ SECRET_KEY: canary, JWT_SECRET_KEY: canary, ALLOW_WEAK_SECRETS: "true" }).warnings,
    ];
    expect(said.length).toBeGreaterThan(9);
    expect(said.join("\n")).not.toContain(canary);
  });
});

it("warns that memory forgets", () => {
  expect(readConfig({ STORAGE: "memory" }).warnings).toEqual([expect.stringContaining("STORAGE=memory")]);
});

describe("the issuer where it is not set", () => {
  it.each([
    [{}, "http://localhost:5000"],
    [{ PORT: "6300" }, "http://localhost:6300"],
    [{ PORT: "6300", HOST: "127.0.0.2" }, "http://localhost:6300"],
    [{ PORT: "6300", HOST: "::1" }, "http://localhost:6300"],
    [{ PORT: "6300", ISSUER: "https://auth.example.org" }, "https://auth.example.org"],
    [{ HOST: "0.0.0.0", ISSUER: "https://auth.example.org" }, "https://auth.example.org"],
  ])("with %o it is %s, and right", (environment, issuer) => {
    expect(readConfig(environment)).toMatchObject({ ISSUER: issuer, warnings: [] });
  });

  it.each([
    [{ HOST: "0.0.0.0" }, "which other machines cannot reach"],
    [{ HOST: "auth.internal", PORT: "80" }, "name http://localhost:80, which"],
    [{ PORT: "0" }, "PORT=0 takes a free port"],
  ])("with %o it cannot be right, and a warning says so", (environment, why) => {
    expect(readConfig(environment).warnings).toEqual([expect.stringContaining(why)]);
  });
});
