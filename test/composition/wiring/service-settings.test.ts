import { describe, expect, it } from "vitest";
import { openMemoryStorage } from "../../../src/adapters/memory/storage.ts";
import { ConfigError, readConfig } from "../../../src/composition/settings/config.ts";
import {
  assertSettingsOfService,
  differences,
  sharedSettings,
  watchServiceSettings,
  writeServiceSettings,
} from "../../../src/composition/wiring/service-settings.ts";

const KEY = "a key of more than thirty-two bytes";
const config = (env: Record<string, string> = {}) => readConfig({ SECRET_KEY: KEY, ...env });

/** One change to each setting that a command depends on. */
const OTHERS: Record<string, string> = {
  ISSUER: "https://auth.example.org",
  JWT_ALG: "RS256",
  JWT_TYP: "JWT",
  JWT_AUDIENCE: "others",
  ACCESS_TOKEN_TTL: "15m",
  REFRESH_TOKEN_TTL: "7d",
  SESSION_IDLE_TTL: "2d",
  JWKS_MAX_AGE: "60s",
  KEY_ROTATION: "90d",
  KEY_PUBLISH_AHEAD: "24h",
  PASSWORD_MIN_LENGTH: "12",
  PASSWORD_BLOCKLIST: "true",
  ARGON2_MEMORY_KIB: "65536",
  ARGON2_PASSES: "3",
  ARGON2_LANES: "4",
  PASSWORD_RESET_URL: "https://app.example.org/reset",
  EMAIL_VERIFY_URL: "https://app.example.org/verify",
  EMAIL_CANCEL_URL: "https://app.example.org/cancel",
  NOTICE_PASSWORD_CHANGED: "false",
  NOTICE_ACCOUNT_DELETED: "false",
  NOTICE_SECOND_FACTOR: "false",
};

describe("the settings that the service shares with commands", () => {
  it("are those that are tried here, none of them secret", () => {
    const shared = sharedSettings(config());
    expect(Object.keys(shared).sort()).toEqual(Object.keys(OTHERS).sort());
    expect(JSON.stringify(shared)).not.toContain(KEY);
    const symmetric = sharedSettings(config({ JWT_SECRET_KEY: `${KEY} of another purpose` }));
    expect(symmetric.JWT_ALG).toBe("HS256");
    expect(JSON.stringify(symmetric)).not.toContain(KEY);
  });

  it("are the same where a default is spelt out", () => {
    const spelt = { JWT_ALG: "ES256", JWT_AUDIENCE: "http://localhost:5000", ACCESS_TOKEN_TTL: "24h" };
    expect(differences(sharedSettings(config()), sharedSettings(config(spelt)))).toEqual([]);
  });

  it.each(Object.entries(OTHERS))(
    "differ by %s alone, which is named with both values",
    async (name, value) => {
      const { storedValues } = openMemoryStorage();
      const own = config({ [name]: value });
      await assertSettingsOfService(storedValues, own);
      await writeServiceSettings(storedValues, config());
      await assertSettingsOfService(storedValues, config());
      const refusal = await assertSettingsOfService(storedValues, own).catch((error) => error);
      expect(refusal).toBeInstanceOf(ConfigError);
      const text = `${name} is ${sharedSettings(own)[name]} here and ${sharedSettings(config())[name]} in the`;
      expect(refusal.message).toContain(text);
      await writeServiceSettings(storedValues, own);
      await assertSettingsOfService(storedValues, own);
    },
  );

  it("of an older or a newer version differ in nothing that only one of them knows", () => {
    expect(differences({ ISSUER: "a", OLD: "1" }, { ISSUER: "a", NEW: "2" })).toEqual([]);
  });

  it("are those of the server that started last, of any number at once", async () => {
    const { storedValues } = openMemoryStorage();
    const starting = ["12", "13", "14"].map((length) => config({ PASSWORD_MIN_LENGTH: length }));
    await Promise.all(starting.map((each) => writeServiceSettings(storedValues, each)));
    const agreeing = await Promise.allSettled(
      starting.map((each) => assertSettingsOfService(storedValues, each)),
    );
    expect(agreeing.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("are watched by a server, which warns once of each other one", async () => {
    const { storedValues } = openMemoryStorage();
    const warnings: string[] = [];
    const look = watchServiceSettings(storedValues, config(), (message) => warnings.push(message));
    await writeServiceSettings(storedValues, config());
    await look();
    expect(warnings).toEqual([]);
    await writeServiceSettings(storedValues, config({ PASSWORD_MIN_LENGTH: "12" }));
    await look();
    await look();
    expect(warnings).toEqual([
      expect.stringContaining("PASSWORD_MIN_LENGTH is 8 here and 12 in the service"),
    ]);
    await writeServiceSettings(storedValues, config({ PASSWORD_MIN_LENGTH: "13" }));
    await look();
    expect(warnings).toHaveLength(2);
  });
});
