import type { Command } from "commander";
import type { ResetFactors } from "../../application/operators/reset-factors.ts";
import type { ShowUser } from "../../application/operators/show-user.ts";
import { recoveryCodesLeft } from "../../domain/factors/factors.ts";
import type { User } from "../../domain/user.ts";
import { JSON_OPTION, type JsonOption, printJson, printLine, printTable } from "./output.ts";
import { called, userEntry } from "./user-entry.ts";
import type { WithUseCases } from "./with-use-cases.ts";

export interface FactorUseCases {
  readonly showUser: ShowUser;
  readonly resetFactors: ResetFactors;
}

/** `user factors|reset-factors`. */
export function addUserFactors(user: Command, withUseCases: WithUseCases<FactorUseCases>): void {
  user
    .command("factors")
    .description("show the second factors of an account")
    .argument("<user>", "id, email or username")
    .option(...JSON_OPTION)
    .action((who: string, { json }: JsonOption) =>
      withUseCases(async ({ showUser }) => {
        const { user } = await showUser(who);
        const entry = factorsEntry(user);
        if (json) printJson(entry);
        else printTable(Object.entries(entry).map(([name, value]) => [name, String(value ?? "none")]));
      }),
    );
  user
    .command("reset-factors")
    .description("remove the second factor of an account whose user has lost it, and the recovery codes")
    .argument("<user>", "id, email or username")
    .option(...JSON_OPTION)
    .action((who: string, { json }: JsonOption) =>
      withUseCases(async ({ resetFactors }) => {
        const { user, alreadyApplied } = await resetFactors(who);
        if (json) printJson({ ...userEntry(user), changed: !alreadyApplied });
        else printLine(`${called(user)} has no second factor${alreadyApplied ? "" : " any more"}`);
      }),
    );
}

function factorsEntry({ id, factors }: User) {
  return {
    id,
    totp_since: factors?.totp?.createdAt.toISOString() ?? null,
    recovery_codes_left: recoveryCodesLeft(factors),
  };
}
