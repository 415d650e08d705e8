import { AsyncLocalStorage } from "node:async_hooks";
import type { RequestContext } from "../../adapters/koa/request-context.ts";
import { type Output, standardOutput } from "../../adapters/node/output.ts";
import { systemClock } from "../../adapters/node/platform.ts";
import { logMails, logNotices, logRequests, logSecurityEvents, openLog } from "../../adapters/pino/log.ts";
import type { Clock } from "../../application/ports/clock.ts";
import type { Mailer } from "../../application/ports/mailer.ts";
import type { Facts } from "../../application/ports/storage/audit-trail.ts";
import type { Storage } from "../../application/ports/storage/storage.ts";
import type { Config } from "../settings/config.ts";
import { type OpenedKeys, openAccessKeys } from "./access-keys.ts";
import { auditOfCommands, startAudit } from "./audit.ts";
import { broadcast } from "./broadcast.ts";
import type { Closers } from "./closers.ts";
import { failClosed } from "./fail-closed.ts";
import { checkSecrets, findSecrets, type Secrets } from "./secrets.ts";
import { type ChosenStorage, openStorage } from "./storage.ts";

export type Log = ReturnType<typeof openServiceLog>;

/** What the server and the command line both stand on. */
export interface Foundation {
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly storage: Storage;
  /** What keeps the data, in words for people. */
  readonly storageDescription: string;
  /** Resolves to why, if this process can use the storage no more. */
  readonly storageFailure: Promise<Error>;
  readonly keys: OpenedKeys;
  readonly log: Log;
}

/** What may stand in the place of what a service ordinarily has. */
export interface Overrides {
  /** How the storage is opened; it is made where there is none unless this says otherwise. */
  readonly open?: (config: Config) => Promise<ChosenStorage>;
  readonly clock?: Clock;
  /** Puts something around the storage as it is, faults and all. */
  readonly wrap?: (opened: Storage) => Storage;
  /** Takes the mails that would go to `SMTP_URL`, or to the log. */
  readonly mailer?: Mailer;
}

/**
 * Opens the storage and the keys that the configuration names; what must be closed again goes to `closers`.
 * @throws ConfigError or StartError
 */
export async function openFoundation(
  config: Config,
  closers: Closers,
  log: Log,
  { open = openStorage, clock = systemClock, wrap = (opened) => opened }: Overrides = {},
): Promise<Foundation> {
  const { storage: opened, description, failure } = await open(config);
  closers.push(() => opened.close());
  const storage = failClosed(wrap(opened));
  const secrets = await findSecrets(config, storage.settings);
  await checkSecrets(storage.settings, secrets);
  const audit = startAudit(storage.auditTrail, log.audit, clock);
  closers.push(audit.close);
  const events = broadcast(log.events, audit);
  const keys = await openAccessKeys(config, secrets, storage, events, clock);
  return {
    clock,
    secrets,
    storage,
    storageDescription: description,
    storageFailure: failure,
    keys,
    log: { ...log, events },
  };
}

/** The log of a process, and what each of its lines carries while a request is answered. */
export function openServiceLog(config: Config, output: Output = standardOutput()) {
  const context = new AsyncLocalStorage<RequestContext>();
  const log = openLog({
    level: config.LOG_LEVEL,
    output,
    isReadable: isReadable(config),
    context: () => ({ ...context.getStore(), ip: undefined }),
  });
  const notices = logNotices(log);
  return {
    context,
    audit: { origin: () => originOf(context.getStore()), warn: notices.warn },
    events: logSecurityEvents(log),
    requests: logRequests(log),
    notices,
    mails: logMails(log),
  };
}

/** Whether the log is for people. */
export function isReadable({ LOG_FORMAT: format }: Pick<Config, "LOG_FORMAT">): boolean {
  return format === "readable" || (format === "auto" && process.stdout.isTTY);
}

/** The log for commands: what they print is the answer, and a log would come between. */
export function openCommandLog(config: Config): Log {
  return { ...openServiceLog({ ...config, LOG_LEVEL: "silent" }), audit: auditOfCommands };
}

/** What the audit trail says of where an event comes from; nothing where it comes from the service itself. */
function originOf(request: RequestContext | undefined): Facts {
  return request === undefined ? {} : { requestId: request.requestId, ip: request.ip };
}
