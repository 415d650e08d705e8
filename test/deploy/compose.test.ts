import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { afterAll, describe, expect, it } from "vitest";
import { readSettings } from "../../src/composition/settings/config.ts";
import { ROOT, read } from "../support/project.ts";
import { temporaryDirectory } from "../support/server-process.ts";
import { imageEnvironment, readYaml, unknownVariables } from "./files.ts";

const compose = readYaml("compose.yaml");
const services: Record<string, typeof compose> = compose.services;

/** Replaces `${NAME:-default}` by the default. */
const defaulted = (environment: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replace(/\$\{\w+:-([^}]*)\}/g, "$1")]),
  );

/** Checks the text of compose.yaml. It does not run here, for want of Docker. */
describe("compose.yaml", () => {
  const place = temporaryDirectory();
  const secretsIn = join(place.path, "secrets");
  const makeSecrets = () => execFileSync(join(ROOT, "deploy/make-secrets"), { cwd: place.path });
  const secret = (name: string) => readFileSync(join(secretsIn, name), "utf8");
  makeSecrets();
  afterAll(place.remove);

  it("lets no container write its own files, gain rights or keep any", () => {
    expect(Object.keys(services)).toEqual(["connect-auth", "mongodb"]);
    for (const service of Object.values(services)) {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ["ALL"],
        security_opt: ["no-new-privileges:true"],
        restart: "unless-stopped",
      });
      expect(service.privileged).toBeUndefined();
    }
    expect(services.mongodb.ports).toBeUndefined();
    expect(compose.networks.back).toEqual({ internal: true });
    expect(services.mongodb.networks).toEqual(["back"]);
  });

  it("names only what it defines, and files that are there", () => {
    for (const { secrets = [], configs = [], networks, volumes = [] } of Object.values(services)) {
      for (const name of secrets) expect(compose.secrets).toHaveProperty(name);
      for (const { source } of configs) expect(compose.configs).toHaveProperty(source);
      for (const name of networks) expect(compose.networks).toHaveProperty(name);
      for (const volume of volumes) expect(compose.volumes).toHaveProperty(volume.split(":")[0]);
    }
    for (const { file } of Object.values<{ file: string }>(compose.configs)) {
      expect(existsSync(join(ROOT, file)), file).toBe(true);
    }
    expect(Object.keys(services["connect-auth"].depends_on)).toEqual(["mongodb"]);
  });

  it("has each of its secrets made by deploy/make-secrets, once, where only the owner comes to them", () => {
    const named = Object.values<{ file: string }>(compose.secrets).map(({ file }) => file.split("/").at(-1));
    expect(readdirSync(secretsIn).sort()).toEqual(named.sort());
    expect(statSync(secretsIn).mode & 0o777).toBe(0o700);
    const before = named.map((name) => secret(name as string));
    expect(new Set(before).size).toBe(named.length);
    makeSecrets();
    expect(named.map((name) => secret(name as string))).toEqual(before);
    for (const name of named) expect(statSync(join(secretsIn, name as string)).mode & 0o777).toBe(0o444);
    // MongoDB takes a key of 6 to 1,024 characters
    expect(secret("mongo_keyfile").replace(/\s/g, "")).toMatch(/^[A-Za-z0-9+/=]{6,1024}$/);
    expect(read(".gitignore").split("\n")).toContain("secrets/");
  });

  it("gives the service settings that it takes, secrets by files alone", () => {
    const given = defaulted(services["connect-auth"].environment);
    expect(unknownVariables(given)).toEqual([]);
    for (const name of services["connect-auth"].secrets) {
      expect(Object.values(given)).toContain(`/run/secrets/${name}`);
    }
    const here = Object.entries({ ...imageEnvironment(), ...given }).map(([name, value]) => [
      name,
      value.replace("/run/secrets", secretsIn),
    ]);
    const { settings, derived, faults, warnings } = readSettings(Object.fromEntries(here));
    expect([faults, warnings]).toEqual([[], []]);
    expect(derived.STORAGE).toBe("mongodb");
    expect(new URL(settings.MONGO_URI as string).hostname).toBe("mongodb");
  });

  it("makes the database's user from the service's own URI, with rights on that database alone", () => {
    const made: unknown[] = [];
    const db = {
      getSiblingDB: (on: string) => ({ createUser: (user: object) => made.push({ on, ...user }) }),
    };
    inShell("deploy/mongodb/make-user.js", { db });
    const { username, password } = new URL(secret("mongo_uri"));
    const roles = [{ role: "readWrite", db: "connect_auth" }];
    expect(made).toEqual([{ on: "connect_auth", user: username, pwd: password, roles }]);
  });

  it.each([
    { state: "new", codeName: "NotYetInitialized", primary: false, status: 1, initiated: 1 },
    { state: "a primary", codeName: undefined, primary: true, status: 0, initiated: 0 },
    { state: "not the primary", codeName: undefined, primary: false, status: 1, initiated: 0 },
  ])("makes the replica set once, and waits for its primary: $state", (given) => {
    const sets: unknown[] = [];
    const statuses: number[] = [];
    const logins: string[] = [];
    inShell("deploy/mongodb/ready.js", {
      db: {
        getSiblingDB: () => ({ auth: (user: string, password: string) => logins.push(user, password) }),
        hello: () => ({ isWritablePrimary: given.primary }),
      },
      rs: {
        status() {
          if (given.codeName) throw Object.assign(new Error(given.state), { codeName: given.codeName });
        },
        initiate: (set: unknown) => sets.push(set),
      },
      quit: (status: number) => statuses.push(status),
    });
    expect(statuses).toEqual([given.status]);
    expect(sets).toHaveLength(given.initiated);
    expect(logins).toEqual(["root", secret("mongo_root_password").trim()]);
    const { searchParams, host } = new URL(secret("mongo_uri"));
    const set = { _id: searchParams.get("replicaSet"), members: [{ _id: 0, host }] };
    expect(sets).toEqual(sets.map(() => set));
  });

  /** Runs a script with the globals of MongoDB's shell, which is not installed here. */
  function inShell(script: string, names: object) {
    const readFileHere = (path: string) => secret(path.replace("/run/secrets/", ""));
    const require = () => ({ readFileSync: readFileHere });
    runInNewContext(read(script), { URL, require, ...names });
  }

  it("runs the entry of MongoDB's image with a key that only it can read", () => {
    const { entrypoint, command } = services.mongodb;
    const bin = join(place.path, "bin");
    mkdirSync(bin);
    const script = 'printf "%s\\n" "$@"; stat -c %a "$KEY"';
    execFileSync(
      "sh",
      ["-c", `printf '#!/bin/sh\\n%s\\n' '${script}' > docker-entrypoint.sh; chmod +x *.sh`],
      {
        cwd: bin,
      },
    );
    const key = join(place.path, "keyfile");
    const words = [...entrypoint, ...command].map((word: string) =>
      word.replaceAll("$$", "$").replaceAll("/tmp/keyfile", key).replace("/run/secrets", secretsIn),
    );
    const [program = "", ...args] = words;
    const env = { PATH: `${bin}:${process.env.PATH}`, KEY: key };
    const printed = execFileSync(program, args, { env, encoding: "utf8" });
    expect(printed.trim().split("\n")).toEqual([...words.slice(entrypoint.length), "400"]);
  });
});
