import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError, readConfig, readSettings } from "../../../src/composition/settings/config.ts";
import { readEnvFile } from "../../../src/composition/settings/env-file.ts";
import { settingsSchema } from "../../../src/composition/settings/settings.ts";
import { temporaryDirectory } from "../../support/server-process.ts";

const directory = temporaryDirectory();
afterAll(directory.remove);

const KEY = "a key of more than thirty-two bytes";
const MARK = "\ufeff";

function file(content: string | Uint8Array): string {
  const path = join(directory.path, crypto.randomUUID());
  writeFileSync(path, content);
  return path;
}

/** Big-endian, which Node does not write. */
const utf16be = (text: string) => Buffer.from(text, "utf16le").swap16();

const UNREADABLE: readonly [name: string, content: string | Uint8Array, fault: RegExp][] = [
  ["UTF-16, little end first", Buffer.from(`${MARK}PORT=81\n`, "utf16le"), /is UTF-16: save it as UTF-8$/],
  ["UTF-16, big end first", utf16be(`${MARK}PORT=81\n`), /is UTF-16: save it as UTF-8$/],
  ["UTF-16 without a mark", Buffer.from("PORT=81\n", "utf16le"), /has a NUL in it/],
  ["a NUL", "PORT=81\0\n", /has a NUL in it/],
  ["bytes that are not UTF-8", Buffer.from([0x50, 0x3d, 0xe9, 0x0a]), /is not UTF-8$/],
  ["more than a file of settings has", "#".repeat(2_000_000), /is larger than 1048576 bytes$/],
];

describe("a .env file", () => {
  it("may begin with a byte order mark and have the line ends of Windows", () => {
    const text = readEnvFile({
      CONNECT_AUTH_ENV_FILE: file(`${MARK}SECRET_KEY=${KEY}#1\r\nPORT=81\r\n`),
    }).text;
    expect(readConfig({}, text)).toMatchObject({ SECRET_KEY: `${KEY}#1`, PORT: 81 });
  });

  it.each(UNREADABLE)("of %s is refused", (_, content, fault) => {
    const path = file(content);
    expect(() => readEnvFile({ CONNECT_AUTH_ENV_FILE: path })).toThrow(ConfigError);
    expect(() => readEnvFile({ CONNECT_AUTH_ENV_FILE: path })).toThrow(fault);
  });

  it("that has no end is refused, not read for ever", () => {
    expect(() => readEnvFile({ CONNECT_AUTH_ENV_FILE: "/dev/zero" })).toThrow("is larger than 1048576 bytes");
  });

  it("tells the numbers of lines that cannot be read, and nothing that is there", () => {
    const { faults } = readSettings({}, `PORT=81\nSECRET_KEY ${KEY}\nHOST=::1\nJWT_SECRET_KEY: ${KEY}\n`);
    expect(faults).toEqual([expect.stringMatching(/^\.env cannot be read at lines 2, 4: write NAME=value/)]);
    const many = readSettings({}, "a b\n".repeat(1_000)).faults;
    expect(many).toEqual([expect.stringMatching(/at lines 1, 2, 3, 4, 5 and more: /)]);
  });

  it("tells settings without a value, and leaves others' variables alone", () => {
    expect(readSettings({}, "PORT\nexport FLASK_ENV\n").faults).toEqual([
      expect.stringMatching(/^\.env has no value for PORT at line 1/),
    ]);
  });

  it("replaces variables, and tells of settings that name one which is not set", () => {
    const dollar = "$";
    const text = `NAME=auth\nISSUER=https://${dollar}{NAME}.${dollar}{DOMAIN}\nFLASK_THING=${dollar}{NONE}\n`;
    expect(readConfig({ DOMAIN: "example.org" }, text).ISSUER).toBe("https://auth.example.org");
    const secret = readSettings({}, `PORT=81\nSECRET_KEY=${KEY}${dollar}{hunter2}\n`).faults;
    expect(secret).toEqual([
      expect.stringMatching(/in SECRET_KEY at line 2 names a variable that is not set/),
    ]);
    expect(secret.join()).not.toContain("hunter2");
    expect(readConfig({}, `SECRET_KEY=pa${dollar}${dollar}word ${KEY}`).SECRET_KEY).toBe(`pa$$word ${KEY}`);
  });
});

describe("a _FILE", () => {
  it("may begin with a byte order mark, and loses one line end", () => {
    const read = (content: string) => readConfig({ SECRET_KEY_FILE: file(content) }).SECRET_KEY;
    expect(read(`${MARK}${KEY}\r\n`)).toBe(KEY);
    expect(read(`${KEY}\n\n`)).toBe(`${KEY}\n`);
    expect(read(`${KEY} # x`)).toBe(`${KEY} # x`);
  });

  it.each([
    ...UNREADABLE,
    ["nothing", "", /is empty$/],
    ["a line end", "\r\n", /is empty$/],
    ["a mark alone", MARK, /is empty$/],
  ] as const)("of %s is refused", (_, content, fault) => {
    const { faults } = readSettings({ PORT_FILE: file(content) });
    expect(faults).toEqual([expect.stringMatching(fault)]);
    expect(faults[0]).toMatch(/^PORT_FILE /);
  });

  it.each(Object.keys(settingsSchema.shape))(
    "%s_FILE that is empty never means the setting's empty text",
    (name) => {
      expect(readSettings({ [`${name}_FILE`]: file("\n") }).faults).toContain(`${name}_FILE is empty`);
    },
  );

  it("that is a directory or has no end is refused", () => {
    const path = join(directory.path, "directory");
    mkdirSync(path);
    expect(readSettings({ HOST_FILE: path }).faults).toEqual(["HOST_FILE cannot be read (EISDIR)"]);
    expect(readSettings({ HOST_FILE: "/dev/zero" }).faults).toEqual([
      "HOST_FILE is larger than 1048576 bytes",
    ]);
  });
});

it("no setting takes an empty text or a NUL, from any source", () => {
  for (const [name, schema] of Object.entries(settingsSchema.shape)) {
    expect([name, schema.safeParse("").success]).toEqual([name, false]);
    expect(readSettings({ [name]: "a\0b" }).faults).toContain(`${name} has a NUL in it`);
  }
});

describe("names that are nearly a setting's", () => {
  const warned = (environment: Record<string, string>, dotEnv = "") =>
    readSettings(environment, dotEnv).warnings;

  it.each([
    ["JWT_SECRET", "JWT_SECRET_KEY"],
    ["JWT_SECRETKEY", "JWT_SECRET_KEY"],
    ["jwt_secret_key", "JWT_SECRET_KEY"],
    ["SECRET_KEYS", "SECRET_KEY"],
    ["SECRET_KEY_OLD", "SECRET_KEY"],
    ["MONGO_URL", "MONGO_URI"],
    ["MONGODB_URI", "MONGO_URI"],
    ["CORS_ORIGIN", "CORS_ORIGINS"],
    ["ACCESS_TOKEN_TTL_SECONDS", "ACCESS_TOKEN_TTL"],
    ["PASSWORD_MIN", "PASSWORD_MIN_LENGTH"],
    ["MAIL_FORM", "MAIL_FROM"],
    ["Port", "PORT"],
    ["PORTS", "PORT"],
    ["SECRET_KYE_FILE", "SECRET_KEY"],
    ["TRUST_PROXY_HOP", "TRUST_PROXY_HOPS"],
  ])("are told of, with no value: %s", (name, near) => {
    const ignored = (origin: string) => `${name} (${origin}) is no setting and is ignored: see ${near}`;
    expect(warned({ [name]: KEY })).toEqual([ignored("environment")]);
    expect(warned({}, `${name}=${KEY}\n`)).toEqual([ignored(".env")]);
  });

  it("are told of where they begin as only this service's do, be they like none", () => {
    for (const name of [
      "THROTTLE_LOGINS_FROM_ABROAD",
      "CONNECT_AUTH_COLOUR",
      "NOTICE_LOGIN",
      "ARGON2_SALT",
    ]) {
      expect(warned({ [name]: "x" })).toEqual([`${name} (environment) is no setting and is ignored`]);
    }
  });

  it("are not those that many environments have, nor settings themselves", () => {
    const usual =
      "PATH HOME USER LOGNAME HOSTNAME HOST_IP SHELL PWD OLDPWD TERM LANG LC_ALL TMPDIR EDITOR MAIL NODE_ENV NO_COLOR " +
      "CI DEBUG TZ KUBERNETES_PORT KUBERNETES_SERVICE_HOST KUBERNETES_PORT_443_TCP_PORT AUTH_SERVICE_PORT REDIS_HOST " +
      "UV_THREADPOOL_SIZE INVOCATION_ID CREDENTIALS_DIRECTORY FLASK_APP FLASK_ENV SMTP_HOST SMTP_USER DATABASE_URL " +
      "JWT_ACCESS_TOKEN_EXPIRES OLD_MONGO_URI npm_package_name npm_config_user_agent INIT_CWD HOSTS_ALLOW";
    const names = usual.split(" ");
    expect(warned(Object.fromEntries(names.map((name) => [name, "x"])))).toEqual([]);
    expect(warned({ PORT_FILE: file("81"), PORT: "" })).toEqual([]);
  });

  it("are not repeated where they are long or hold what is no letter", () => {
    expect(warned({}, `${"SECRET_KEY_".repeat(50_000)}=x\nSECRET_KEY_\u001b[1m=x\n`)).toEqual([]);
  });
});
