import { randomBytes } from "node:crypto";
import { makeHttpApp, makeStartingApp } from "../../adapters/koa/app.ts";
import type { Storage } from "../../application/ports/storage/storage.ts";
import { httpOptions, startHttp } from "../server/http.ts";
import { ConfigError, readConfig } from "../settings/config.ts";
import { hintFor } from "../settings/near-names.ts";
import { settingsSchema } from "../settings/settings.ts";
import { type Application, openApplication } from "../wiring/application.ts";
import { Closers } from "../wiring/closers.ts";
import { openServiceLog } from "../wiring/log.ts";
import { wrapCalls, wrapPorts } from "../wiring/wrap-ports.ts";
import type { TestAuth, TestAuthOptions } from "./test-auth.ts";
import { makeTestClock } from "./test-clock.ts";
import { factorsOf } from "./test-factors.ts";
import { makeTestMailbox } from "./test-mailbox.ts";
import { peopleOf } from "./test-people.ts";

export type {
  TestAuth,
  TestAuthOptions,
  TestClock,
  TestMail,
  TestMails,
  TestUser,
  TestUserOptions,
} from "./test-auth.ts";

const CLIENT = { id: "api", secret: "the-secret-of-the-api-in-tests-only" };

/** Settings for tests: cheapest hashing, no limits, no log, memory storage. */
const FOR_TESTS = {
  STORAGE: "memory",
  PORT: "0",
  LOG_LEVEL: "silent",
  LOGIN_THROTTLE: "off",
  // no trial at each start: at this cost both are as fast
  PASSWORD_HASHING: "argon2",
  ARGON2_MEMORY_KIB: "64",
  ARGON2_PASSES: "1",
  INTROSPECTION_CLIENTS: `${CLIENT.id}:${CLIENT.secret}`,
  // mails go to the test mailbox
  SMTP_URL: "smtp://localhost",
  MAIL_FROM: "auth@example.com",
};

/**
 * Starts the service on memory storage, with a clock that the test controls. It reads nothing from the
 * environment and handles no signals. Any number can run at the same time.
 * @throws ConfigError if the settings cannot be used
 */
export async function startTestAuth({
  settings = {},
  now = new Date(),
}: TestAuthOptions = {}): Promise<TestAuth> {
  const SECRET_KEY = randomBytes(32).toString("hex");
  assertSettingNames(Object.keys(settings));
  const before = readConfig({ ...FOR_TESTS, SECRET_KEY, ...settings });
  const clock = makeTestClock(now);
  const mailbox = makeTestMailbox();
  const storage = makeStorageThatMayFail();
  const log = openServiceLog(before);
  const closers = new Closers();
  try {
    // its issuer is its address, which is known only once it listens
    const server = await startHttp(before, makeStartingApp(httpOptions(before, log)));
    closers.push(() => server.close(0));
    const config = readConfig({ ...FOR_TESTS, SECRET_KEY, ISSUER: server.address, ...settings });
    const { mailer } = mailbox;
    const application = await openApplication(config, closers, log, { clock, mailer, wrap: storage.wrap });
    const { checkHealth, deliverMails } = application.useCases;
    const { all, next, takeOut } = mailbox.open(deliverMails);
    const factors = factorsOf(application.useCases);
    const app = makeHttpApp(application.useCases, { ...httpOptions(config, log), readiness: checkHealth });
    server.serve(app.callback());
    return {
      url: server.address,
      audience: config.JWT_AUDIENCE ?? config.ISSUER,
      client: CLIENT,
      clock,
      mails: { all, next },
      ...peopleOf(application.useCases, takeOut, factors.codeOf),
      ...factors,
      retireKeys: () => retireKeys(application),
      storageAnswers: storage.answers,
      stop: () => closers.close(),
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

/**
 * Refuses unknown names. In an environment they may belong to other programs, but here each one is meant as a
 * setting. @throws ConfigError
 */
function assertSettingNames(names: readonly string[]): void {
  const known = Object.keys(settingsSchema.shape);
  const unknown = names.filter((name) => !known.includes(name.replace(/_FILE$/, "")));
  if (unknown.length > 0)
    throw new ConfigError(unknown.map((name) => `${name} is no setting${hintFor(name, known)}`));
}

function makeStorageThatMayFail() {
  let isThere = true;
  const orFail = async (call: () => Promise<unknown>) => {
    if (!isThere) throw new Error("The test made the storage unavailable");
    return call();
  };
  return {
    wrap: (storage: Storage): Storage => ({
      ...wrapPorts(storage, (port) => wrapCalls(port, orFail)),
      ping: () => orFail(storage.ping) as Promise<void>,
    }),
    answers(answers: boolean) {
      isThere = answers;
    },
  };
}

async function retireKeys({ resources }: Application): Promise<void> {
  const { ring } = resources.keys;
  if (ring === undefined)
    throw new TypeError("JWT_SECRET_KEY signs here: there is no key that could be retired");
  for (const { kid } of await ring.listKeys()) await ring.retireKey(kid);
  await ring.reload();
}
