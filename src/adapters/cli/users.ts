import { Command } from "commander";
import type { CreateUser } from "../../application/operators/create-user.ts";
import type { ListUsers, UserFilter } from "../../application/operators/list-users.ts";
import type { ShowUser } from "../../application/operators/show-user.ts";
import type { User } from "../../domain/user.ts";
import { withExamples } from "./help.ts";
import {
  JSON_OPTION,
  type JsonOption,
  printJson,
  printLine,
  printRows,
  printTable,
  whileRead,
} from "./output.ts";
import { newPassword, PASSWORD_STDIN, type PasswordOptions } from "./terminal.ts";
import { timeOf } from "./times.ts";
import { addUserChanges, type UserChanges } from "./user-changes.ts";
import { userEntry } from "./user-entry.ts";
import type { WithUseCases } from "./with-use-cases.ts";

export interface UserUseCases extends UserChanges {
  readonly listUsers: ListUsers;
  readonly showUser: ShowUser;
  readonly createUser: CreateUser;
}

/** `user …`: what an operator does with accounts, beside a running server and at once for it. */
export function userCommand(withUseCases: WithUseCases<UserUseCases>): Command {
  const user = withExamples(
    new Command("user")
      .description("accounts; <user> is an id, an email or a username")
      .summary(
        "accounts: create, list, show, disable, enable, unlock, verify, set-password, reset-link, delete",
      ),
    "connect-auth user list",
    "connect-auth user create --username Ada --email ada@example.com",
    "connect-auth user disable ada@example.com",
  );
  addCreate(user, withUseCases);
  addList(user, withUseCases);
  addShow(user, withUseCases);
  addUserChanges(user, withUseCases);
  return user;
}

type CreateOptions = JsonOption & PasswordOptions & { username: string; email: string };

function addCreate(user: Command, withUseCases: WithUseCases<UserUseCases>): void {
  const create = user
    .command("create")
    .description(
      "make an account, also where REGISTRATION=closed; the password is asked for, or comes by --password-stdin",
    )
    .requiredOption("--username <name>", "the username")
    .requiredOption("--email <address>", "the email")
    .option(...PASSWORD_STDIN)
    .option(...JSON_OPTION)
    .action(async ({ username, email, json, ...options }: CreateOptions, command: Command) => {
      const password = await newPassword(command, options);
      const created = await withUseCases(({ createUser }) => createUser({ username, email, password }));
      if (json) printJson(userEntry(created));
      else printLine(`${created.username.shown} has the account ${created.id}`);
    });
  withExamples(
    create,
    "connect-auth user create --username Ada --email ada@example.com",
    "connect-auth user create --username Ada --email ada@example.com --password-stdin < password.txt",
  );
}

function addList(user: Command, withUseCases: WithUseCases<UserUseCases>): void {
  const list = user
    .command("list")
    .description("all accounts, by id, or those that fit every option that is given")
    .option("--verified", "whose address is verified")
    .option("--no-verified", "whose address is not verified")
    .option("--disabled", "that are disabled")
    .option("--no-disabled", "that are not disabled")
    .option(
      "--created-since <time>",
      "made from then on: RFC 3339, a date in UTC, or so long ago, such as 24h",
      timeOf,
    )
    .option("--created-until <time>", "made before then, given alike", timeOf)
    .option("--json", "one JSON object a line, for machines")
    .action(({ json, ...filter }: JsonOption & UserFilter) =>
      withUseCases(async ({ listUsers }) => {
        if (!json) return printRows(listUsers(filter), row);
        for await (const listed of whileRead(listUsers(filter))) printJson(userEntry(listed));
      }),
    );
  withExamples(
    list,
    "connect-auth user list --no-verified --created-until 30d",
    "connect-auth user list",
    "connect-auth user list --json | jq -r .email",
  );
}

function addShow(user: Command, withUseCases: WithUseCases<UserUseCases>): void {
  user
    .command("show")
    .description("one account, when somebody last logged in, and how many live sessions it has")
    .argument("<user>", "id, email or username")
    .option(...JSON_OPTION)
    .action((who: string, { json }: JsonOption) =>
      withUseCases(async ({ showUser }) => {
        const { user, lastLogin, sessions } = await showUser(who);
        const last_login = lastLogin?.toISOString() ?? null;
        const entry = { ...userEntry(user), last_login, sessions: sessions.length };
        if (json) printJson(entry);
        else printTable(Object.entries(entry).map(([name, value]) => [name, String(value ?? "never")]));
      }),
    );
}

function row({ id, username, email, emailVerified, createdAt, disabled }: User): string[] {
  const since = `since ${createdAt.toISOString()}`;
  return [
    id,
    email.shown,
    username.shown,
    since,
    emailVerified ? "verified" : "unverified",
    ...(disabled ? ["disabled"] : []),
  ];
}
