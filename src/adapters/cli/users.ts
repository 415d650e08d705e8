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
import { addUserFactors, type FactorUseCases } from "./user-factors.ts";
import type { WithUseCases } from "./with-use-cases.ts";

export interface UserUseCases extends UserChanges, FactorUseCases {
  readonly listUsers: ListUsers;
  readonly showUser: ShowUser;
  readonly createUser: CreateUser;
}

/** `user …`: manages accounts while servers run. Changes take effect in them immediately. */
export function userCommand(withUseCases: WithUseCases<UserUseCases>): Command {
  const user = withExamples(
    new Command("user")
      .description("accounts; <user> is an id, an email or a username")
      .summary(
        "accounts: create, list, show, disable, enable, unlock, verify, set-password, reset-link, factors, reset-factors, delete",
      ),
    "connect-auth user list",
    "connect-auth user create --username Ada --email ada@example.com",
    "connect-auth user disable ada@example.com",
  );
  addCreate(user, withUseCases);
  addList(user, withUseCases);
  addShow(user, withUseCases);
  addUserChanges(user, withUseCases);
  addUserFactors(user, withUseCases);
  return user;
}

type CreateOptions = JsonOption & PasswordOptions & { username: string; email: string };

function addCreate(user: Command, withUseCases: WithUseCases<UserUseCases>): void {
  const create = user
    .command("create")
    .description(
      "create an account, also with REGISTRATION=closed; the password is typed at a prompt, or read with --password-stdin",
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
    .description("list all accounts by id, or those that match every given option")
    .option("--verified", "with a verified address")
    .option("--no-verified", "with an unverified address")
    .option("--disabled", "disabled accounts")
    .option("--no-disabled", "enabled accounts")
    .option(
      "--created-since <time>",
      "created at or after that time: RFC 3339, a date in UTC, or an age such as 24h",
      timeOf,
    )
    .option("--created-until <time>", "created before that time, in the same form", timeOf)
    .option("--json", "one JSON object per line, for machines")
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
    .description("show one account, its last login, and the number of its live sessions")
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
