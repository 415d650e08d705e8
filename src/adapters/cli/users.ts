import { Command } from "commander";
import type { ListUsers } from "../../application/list-users.ts";
import type { User } from "../../domain/user.ts";
import type { WithUseCases } from "./program.ts";

export interface UserUseCases {
  readonly listUsers: ListUsers;
}

/** `user …`: what an operator does with accounts, beside a running server and at once for it. */
export function userCommand(withUseCases: WithUseCases): Command {
  const user = new Command("user").description("accounts");

  user
    .command("list")
    .description("all accounts, by id")
    .option("--json", "one JSON object a line, for machines")
    .action(({ json }: { json?: true }) =>
      withUseCases(async ({ listUsers }) => {
        for await (const listed of listUsers()) {
          console.log(json ? JSON.stringify(entry(listed)) : line(listed));
        }
      }),
    );

  return user;
}

function entry({ id, username, email, createdAt, disabled }: User) {
  const created_at = createdAt.toISOString();
  return { id, username: username.shown, email: email.shown, created_at, disabled };
}

function line({ id, username, email, createdAt, disabled }: User): string {
  const since = `since ${createdAt.toISOString()}`;
  return [id, email.shown, username.shown, since, ...(disabled ? ["disabled"] : [])].join("  ");
}
