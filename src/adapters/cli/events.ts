import { Command, InvalidArgumentError, Option } from "commander";
import type { ListEvents, ListEventsQuery } from "../../application/audit/list-events.ts";
import { EVENT_KINDS } from "../../application/audit/merge-events.ts";
import type { AuditEntry } from "../../application/ports/storage/audit-trail.ts";
import { withExamples } from "./help.ts";
import { type JsonOption, printJson, printRows, whileRead } from "./output.ts";
import { timeOf } from "./times.ts";
import type { WithUseCases } from "./with-use-cases.ts";

export interface EventUseCases {
  readonly listEvents: ListEvents;
}

type Options = JsonOption &
  Pick<ListEventsQuery, "since" | "until"> & {
    user?: string;
    kind?: NonNullable<ListEventsQuery["kinds"]>;
    limit: number;
  };

const LIMIT = 100;

/** `events`: lists the audit trail. */
export function eventsCommand(withUseCases: WithUseCases<EventUseCases>): Command {
  const events = new Command("events")
    .summary("list the audit trail, by user, kind and time")
    .description(
      "list the audit trail, the latest event first: logins, refusals, changes, and operators' commands",
    )
    .option("--user <user>", "events of this account: id, email or username; for a deleted account its id")
    .addOption(new Option("--kind <kind...>", "events of these kinds").choices(EVENT_KINDS))
    .option(
      "--since <time>",
      "events at or after that time: RFC 3339, a date in UTC, or an age such as 24h",
      timeOf,
    )
    .option("--until <time>", "events before that time, in the same form", timeOf)
    .option("--limit <number>", "at most this many", countOf, LIMIT)
    .option("--json", "one JSON object per line, for machines")
    .action(({ user, kind, since, until, limit, json }: Options) =>
      withUseCases(async ({ listEvents }) => {
        const found = upTo(limit, listEvents({ who: user, kinds: kind, since, until }));
        if (!json) return printRows(found, row);
        for await (const event of whileRead(found)) printJson(entry(event));
      }),
    );
  return withExamples(
    events,
    "connect-auth events --user ada@example.com --since 7d",
    "connect-auth events --kind login_failed attempt_throttled --since 24h",
    "connect-auth events --since 2026-01-01 --until 2026-02-01 --limit 1000000 --json > january.jsonl",
  );
}

function countOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("Give a whole number of at least 1.");
  return Number(text);
}

async function* upTo<T>(limit: number, things: AsyncIterable<T>): AsyncGenerator<T> {
  let count = 0;
  for await (const thing of things) {
    yield thing;
    count += 1;
    if (count === limit) return;
  }
}

function entry({ id, at, kind, userId, facts }: AuditEntry) {
  const renamed = Object.entries(facts).map(([name, fact]) => [snakeCase(name), fact]);
  return { id, at: at.toISOString(), kind, user_id: userId ?? null, facts: Object.fromEntries(renamed) };
}

function row({ at, kind, userId = "-", facts }: AuditEntry): string[] {
  const texts = Object.entries(facts).map(([name, fact]) => `${snakeCase(name)}=${fact}`);
  return [at.toISOString(), kind, userId, texts.join(" ")];
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
