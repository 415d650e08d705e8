import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { describeConfig } from "../../../src/composition/commands/describe-config.ts";
import { ConfigError, readSettings } from "../../../src/composition/settings/config.ts";
import { durationText } from "../../../src/composition/settings/setting-kinds.ts";
import { settingsSchema } from "../../../src/composition/settings/settings.ts";
import { temporaryDirectory } from "../../support/server-process.ts";

const directory = temporaryDirectory();
afterAll(directory.remove);

const SECRET = "hunter2hunter2hunter2hunter2hunter2";
const file = join(directory.path, "secret");
writeFileSync(file, `${SECRET}\n`);

function shown(environment: Record<string, string>, dotEnv = "") {
  const { settings } = describeConfig(readSettings(environment, dotEnv));
  return Object.fromEntries(settings.map(({ name, value, origin }) => [name, [value, origin]]));
}

describe("where a setting comes from", () => {
  it("is told for each: environment, .env, file, default, derived, not set", () => {
    const settings = shown(
      { PORT: "81", HOST: "", SECRET_KEY_FILE: file },
      "PORT=82\nHOST=0.0.0.0\nMONGO_URI=mongodb://h/db\nACCESS_TOKEN_TTL=90m\n",
    );
    expect(settings).toMatchObject({
      PORT: ["81", "environment"],
      HOST: ["0.0.0.0", ".env"],
      SECRET_KEY: ["(hidden)", `file ${file}`],
      MONGO_URI: ["h:27017/db", ".env"],
      STORAGE: ["mongodb", "derived: MONGO_URI is set"],
      ACCESS_TOKEN_TTL: ["90m", ".env"],
      REFRESH_TOKEN_TTL: ["30d", "default"],
      CORS_ORIGINS: ["http://localhost:3000", "default"],
      KEY_ROTATION: [undefined, "not set"],
      JWT_ALG: ["ES256", "default"],
      ISSUER: ["http://localhost:81", "derived: http://localhost and PORT"],
      JWT_AUDIENCE: ["http://localhost:81", "derived: ISSUER"],
    });
    expect(Object.keys(settings)).toEqual(Object.keys(settingsSchema.shape));
  });

  it("is what the service makes of it where nothing is set", () => {
    expect(shown({})).toMatchObject({
      STORAGE: ["lmdb", "default"],
      SECRET_KEY: ["(hidden)", "derived: secret.key in DATA_DIR"],
      HASH_CONCURRENCY: [expect.stringMatching(/^[1-9]/), expect.stringMatching(/^derived/)],
    });
    expect(shown({ STORAGE: "memory" }).SECRET_KEY).toEqual(["(hidden)", "derived: made at each start"]);
    const shared = shown({ JWT_SECRET_KEY: SECRET });
    expect([shared.JWT_ALG, shared.JWT_AUDIENCE]).toEqual([
      [undefined, "not set"],
      [undefined, "not set"],
    ]);
  });
});

it("a configuration that cannot be used is shown, with its faults", () => {
  const report = describeConfig(
    readSettings({ PORT: "x", HOST: "h", SECRET_KEY: "a", SECRET_KEY_FILE: file }, ""),
  );
  const find = (name: string) => report.settings.find((setting) => setting.name === name);
  expect(find("PORT")).toEqual({ name: "PORT", value: undefined, origin: "environment" });
  expect(find("HOST")).toEqual({ name: "HOST", value: "h", origin: "environment" });
  expect(find("SECRET_KEY")?.origin).toBe(`environment and file ${file}`);
  expect(report.faults).toHaveLength(2);
  expect(report.fault).toBeInstanceOf(ConfigError);
  expect(describeConfig(readSettings({}, "")).fault).toBeUndefined();
});

it.each(["SECRET_KEY", "SECRET_KEY_PREVIOUS", "JWT_SECRET_KEY"])(
  "%s is hidden, fit or not, wherever it comes from",
  (name) => {
    for (const secret of [SECRET, "hunter2"]) {
      writeFileSync(file, secret);
      for (const [environment, dotEnv] of [
        [{ [name]: secret }, ""],
        [{}, `${name}=${secret}`],
        [{ [`${name}_FILE`]: file }, ""],
      ] as const) {
        const { fault, ...report } = describeConfig(readSettings(environment, dotEnv));
        expect(JSON.stringify([report, fault?.message])).not.toContain("hunter2");
        expect(report.settings.find((setting) => setting.name === name)?.value).toBe("(hidden)");
      }
    }
  },
);

it("of a MongoDB URI and of clients, what is no secret is shown", () => {
  const environment = {
    MONGO_URI: "mongodb://ada:hunter2@one:1,two:2/db?authSource=admin",
    SECRET_KEY: SECRET,
    INTROSPECTION_CLIENTS: `api:${SECRET},other:${SECRET}`,
  };
  const report = describeConfig(readSettings(environment, ""));
  expect(JSON.stringify(report)).not.toMatch(/hunter2|ada/);
  expect(shown(environment)).toMatchObject({
    MONGO_URI: ["one:1,two:2/db", "environment"],
    INTROSPECTION_CLIENTS: ["api,other", "environment"],
  });
  const unusable = describeConfig(
    readSettings({ ...environment, MONGO_URI: "mongodb://ada:hunter2/x@h:1" }, ""),
  );
  expect(JSON.stringify(unusable)).not.toMatch(/hunter2|ada/);
});

it.each(["smtp", "smtps", "mongodb", "mongodb+srv"])(
  "no setting that takes a %s URL shows its password",
  (scheme) => {
    const url = `${scheme}://ada:hunter2@mail.example.com/`;
    const takers = Object.keys(settingsSchema.shape).filter((name) => /_UR[IL]$/.test(name));
    expect(takers).toContain("SMTP_URL");
    for (const name of takers) expect(JSON.stringify(shown({ [name]: url }))).not.toContain("hunter2");
  },
);

it("a sender and a moment are shown as they would be set", () => {
  const environment = { MAIL_FROM: '"Connect" <auth@example.org>', ACCEPT_LEGACY_TOKENS_UNTIL: "2027-01-01" };
  expect(shown(environment)).toMatchObject({
    MAIL_FROM: ["Connect <auth@example.org>", "environment"],
    ACCEPT_LEGACY_TOKENS_UNTIL: ["2027-01-01T00:00:00.000Z", "environment"],
  });
  expect(shown({ MAIL_FROM: "auth@example.org" })).toMatchObject({
    MAIL_FROM: ["auth@example.org", "environment"],
  });
});

it.each([
  ["1s", 1_000],
  ["90s", 90_000],
  ["15m", 900_000],
  ["36h", 129_600_000],
  ["30d", 2_592_000_000],
])("a duration of %s is shown as it would be set", (text, ms) => {
  expect(durationText(ms)).toBe(text);
});
