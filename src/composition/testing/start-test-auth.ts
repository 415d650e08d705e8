import { randomBytes } from "node:crypto";
import { makeHttpApp, makeStartingApp } from "../../adapters/koa/app.ts";
import type { Storage } from "../../application/ports/storage/storage.ts";
import { httpOptions, startHttp } from "../running/service.ts";
import { ConfigError, readConfig } from "../settings/config.ts";
import { settingsSchema } from "../settings/settings.ts";
import { type Application, openApplication } from "../wiring/application.ts";
import { Closers } from "../wiring/closers.ts";
import { openServiceLog } from "../wiring/log.ts";
import { wrapCalls, wrapPorts } from "../wiring/wrap-ports.ts";
import { makeTestClock, type TestClock } from "./test-clock.ts";
import { makeTestMailbox, type TestMails } from "./test-mailbox.ts";
import { peopleOf, type TestUser, type TestUserOptions } from "./test-people.ts";

export type { TestClock } from "./test-clock.ts";
export type { TestMail, TestMails } from "./test-mailbox.ts";
export type { TestUser, TestUserOptions } from "./test-people.ts";

export interface TestAuthOptions {
  /** Settings by their names, as the environment would have them: `{ ACCESS_TOKEN_TTL: "15m" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** What the clock says at first; by default, what the machine's does. */
  readonly now?: Date;
}

/** The whole service inside this process, with nothing outside it. */
export interface TestAuth {
  /** Where it listens, on loopback; `iss` of its tokens, too. */
  readonly url: string;
  /** `aud` of its access tokens. */
  readonly audience: string;
  /** An API that may introspect. */
  readonly client: { readonly id: string; readonly secret: string };
  readonly clock: TestClock;
  /** Every mail that the service sends, as with `SMTP_URL`; none leaves the process. */
  readonly mails: TestMails;
  /** Somebody new, logged in. @throws AuthError where it cannot be had */
  user(who?: TestUserOptions): Promise<TestUser>;
  /** Another session of theirs. */
  login(user: TestUser): Promise<TestUser>;
  /** Disables the account, which ends its sessions. */
  disable(user: TestUser): Promise<void>;
  /** Retires every signing key, so that no access token from before is good. */
  retireKeys(): Promise<void>;
  /** Whether storage answers. While it does not, every call that needs it is 503. */
  storageAnswers(answers: boolean): void;
  stop(): Promise<void>;
}

const CLIENT = { id: "api", secret: "the-secret-of-the-api-in-tests-only" };

/** Made for tests: hashing that costs nothing, no limits, nothing logged, nothing kept. */
const FOR_TESTS = {
  STORAGE: "memory",
  PORT: "0",
  LOG_LEVEL: "silent",
  LOGIN_THROTTLE: "off",
  ARGON2_MEMORY_KIB: "64",
  ARGON2_PASSES: "1",
  INTROSPECTION_CLIENTS: `${CLIENT.id}:${CLIENT.secret}`,
  // the mailbox stands behind it
  SMTP_URL: "smtp://localhost",
  MAIL_FROM: "auth@example.com",
};

/**
 * Starts the service on memory storage, with its clock in the test's hands. Nothing comes from the environment and
 * no signal is listened for; any number can run at once.
 * @throws ConfigError where the settings cannot be used
 */
export async function startTestAuth({
  settings = {},
  now = new Date(),
}: TestAuthOptions = {}): Promise<TestAuth> {
  const SECRET_KEY = randomBytes(32).toString("hex");
  mustBeSettings(Object.keys(settings));
  const before = readConfig({ ...FOR_TESTS, SECRET_KEY, ...settings });
  const clock = makeTestClock(now);
  const mailbox = makeTestMailbox();
  const storage = makeStorageThatMayFail();
  const log = openServiceLog(before);
  const closers = new Closers();
  try {
    // its address, which is its name, is known only once it listens
    const server = await startHttp(before, makeStartingApp(httpOptions(before, log)));
    closers.push(() => server.close(0));
    const config = readConfig({ ...FOR_TESTS, SECRET_KEY, ISSUER: server.address, ...settings });
    const { mailer } = mailbox;
    const application = await openApplication(config, closers, log, { clock, mailer, wrap: storage.wrap });
    const { checkHealth, deliverMails } = application.useCases;
    const { all, next, takeOut } = mailbox.open(deliverMails);
    const app = makeHttpApp(application.useCases, { ...httpOptions(config, log), readiness: checkHealth });
    server.serve(app.callback());
    return {
      url: server.address,
      audience: config.JWT_AUDIENCE ?? config.ISSUER,
      client: CLIENT,
      clock,
      mails: { all, next },
      ...peopleOf(application.useCases, takeOut),
      retireKeys: () => retireKeys(application),
      storageAnswers: storage.answers,
      stop: () => closers.close(),
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

/** In the environment, other names are others' business; here each is meant. @throws ConfigError */
function mustBeSettings(names: readonly string[]): void {
  const unknown = names.filter((name) => !Object.hasOwn(settingsSchema.shape, name.replace(/_FILE$/, "")));
  if (unknown.length > 0) throw new ConfigError(unknown.map((name) => `${name} is no setting`));
}

function makeStorageThatMayFail() {
  let isThere = true;
  const orFail = async (call: () => Promise<unknown>) => {
    if (!isThere) throw new Error("The test took the storage away");
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
