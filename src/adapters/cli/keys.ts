import { Command } from "commander";
import type { ListedKey, ListKeys } from "../../application/keys/list-keys.ts";
import type { RetireKey } from "../../application/keys/retire-key.ts";
import type { RotateKeys } from "../../application/keys/rotate-keys.ts";
import { withExamples } from "./help.ts";
import { JSON_OPTION, type JsonOption, printJson, printLine, printTable } from "./output.ts";
import type { WithUseCases } from "./with-use-cases.ts";

export interface KeysUseCases {
  readonly listKeys: ListKeys;
  readonly rotateKeys: RotateKeys;
  readonly retireKey: RetireKey;
}

const SIGNS_AT_ONCE =
  "Warning: verifiers that cache the keys may refuse the new key's tokens until they fetch the keys again";

/** `keys list|rotate|retire`: manages signing keys. Running servers pick up the changes. */
export function keysCommand(withKeys: WithUseCases<KeysUseCases>): Command {
  const keys = withExamples(
    new Command("keys").description("the keys that sign access tokens: list, rotate, retire"),
    "connect-auth keys list",
    "connect-auth keys rotate",
    "connect-auth keys rotate --now",
    "connect-auth keys retire -- <kid>      (two hyphens, since a kid may begin with one)",
  );

  keys
    .command("list")
    .description("list the keys and the state of each, oldest first")
    .option("--json", "one JSON array, for machines")
    .action(({ json }: JsonOption) =>
      withKeys(async ({ listKeys }) => {
        const listed = await listKeys();
        if (json) printJson(listed.map(entry));
        else printTable(listed.map(row));
      }),
    );

  keys
    .command("rotate")
    .description("publish the next key now; it signs once every cached copy of the published keys has it")
    .option(
      "--now",
      "in an emergency, let it sign at once: verifiers that cache the keys may refuse its tokens",
    )
    .option(...JSON_OPTION)
    .action(({ json, now }: JsonOption & { readonly now?: true }) =>
      withKeys(async ({ rotateKeys }) => {
        const { kid, activeAt } = await rotateKeys(now ? "at once" : "ahead");
        if (now) console.error(SIGNS_AT_ONCE);
        const from = activeAt.toISOString();
        if (json) printJson({ kid, active_at: from });
        else printLine(`${kid} signs from ${from}`);
      }),
    );

  keys
    .command("retire")
    .description("retire a key that may have leaked: its tokens are refused at once, another key signs")
    .argument("<kid>", "as `keys list` shows it")
    .option(...JSON_OPTION)
    .action((kid: string, { json }: JsonOption) =>
      withKeys(async ({ retireKey }) => {
        await retireKey(kid);
        if (json) printJson({ kid, retired: true });
        else printLine(`${kid} is retired`);
      }),
    );

  return keys;
}

function entry({ kid, algorithm, state, createdAt, activeAt }: ListedKey) {
  return { kid, algorithm, state, created_at: createdAt.toISOString(), active_at: activeAt.toISOString() };
}

function row({ kid, algorithm, state, activeAt }: ListedKey): string[] {
  return [kid, algorithm, state, `active from ${activeAt.toISOString()}`];
}
