import { cpSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { registered } from "../support/api.ts";
import { freePort } from "../support/free-port.ts";
import { commandsIn, ROOT, read } from "../support/project.ts";
import { IN_A_GROUP, mustRun, newcomer, pressCtrlC, run } from "../support/run.ts";
import { startProgram, temporaryDirectory } from "../support/server-process.ts";
import { dropDatabase, freshDatabase, mongoServer } from "../support/storage-mongodb.ts";

const directory = temporaryDirectory();
const clone = join(directory.path, "clone");
const env = newcomer(join(directory.path, "home"));
afterAll(directory.remove);

/** Copies the committed files and those about to be, as a clone would have them. */
async function makeClone(): Promise<void> {
  // the folder may belong to another user, and the new user's settings do not trust it
  const git = ["git", "-c", "safe.directory=*", "ls-files", "-z"] as const;
  const list = await mustRun([...git, "--cached", "--others", "--exclude-standard"], { env });
  for (const file of list.split("\0").filter((name) => name !== "" && existsSync(join(ROOT, name)))) {
    cpSync(join(ROOT, file), join(clone, file));
  }
}

/** The commands of the README's first part, verbatim. */
function firstCommands(): string[] {
  const [top = ""] = read("README.md").split("\n## ");
  return commandsIn(top);
}

beforeAll(makeClone);

it("the README begins with two commands", () => {
  expect(firstCommands()).toEqual(["npm ci && npm start", "npm ci && npm test"]);
});

it("the first one starts a server in a fresh clone", { timeout: 300_000 }, async () => {
  const [start = ""] = firstCommands();
  const PORT = String(await freePort());
  const server = await startProgram([IN_A_GROUP, "/bin/sh", "-c", start], { ...env, PORT }, clone);
  await registered(server.url);
  expect(readdirSync(join(clone, "data"))).toContain("secret.key");
  await pressCtrlC(server);
});

it.runIf(mongoServer)("two variables move it to MongoDB", { timeout: 300_000 }, async () => {
  const readme = read("README.md");
  const [, command = ""] = /^ {4}(MONGO_URI=.* npm start)$/m.exec(readme) ?? [];
  const [, secret = ""] = /^ {4}(openssl rand .*)$/m.exec(readme) ?? [];
  await mustRun(["/bin/sh", "-c", secret], { cwd: clone, env });
  const database = freshDatabase();
  const PORT = String(await freePort());
  const here = command.replace(/mongodb:[^']+/, database);
  const server = await startProgram([IN_A_GROUP, "/bin/sh", "-c", here], { ...env, PORT }, clone);
  await registered(server.url);
  await pressCtrlC(server);
  await dropDatabase(database);
});

it("the second one tests it", { timeout: 300_000 }, async () => {
  const [, test = ""] = firstCommands();
  // a part of the tests, which shows that they can be run
  const { status, output } = await run(["/bin/sh", "-c", `${test} -- test/domain`], { cwd: clone, env });
  expect([status, output]).toEqual([0, expect.stringMatching(/Tests .*\d+ passed/)]);
});
