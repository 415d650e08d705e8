import { Command } from "commander";
import type { RotateKeys } from "../../application/keep-keys.ts";
import type { ListedKey, ListKeys } from "../../application/list-keys.ts";
import type { RetireKey } from "../../application/retire-key.ts";

export interface KeysUseCases {
  readonly listKeys: ListKeys;
  readonly rotateKeys: RotateKeys;
  readonly retireKey: RetireKey;
}

type WithKeys = <T>(work: (useCases: KeysUseCases) => Promise<T>) => Promise<T>;

/** `keys list|rotate|retire`, which work beside a running server and take effect in it. */
export function keysCommand(withKeys: WithKeys): Command {
  const keys = new Command("keys").description("the keys that sign access tokens");

  keys
    .command("list")
    .description("the keys, oldest first, and what each is for now")
    .option("--json", "one JSON array, for machines")
    .action(({ json }: { json?: true }) =>
      withKeys(async ({ listKeys }) => {
        const listed = await listKeys();
        console.log(json ? JSON.stringify(listed.map(entry)) : listed.map(line).join("\n"));
      }),
    );

  keys
    .command("rotate")
    .description("publish the next key now; it signs once every copy of the published keys has it")
    .option("--json", "one JSON object, for machines")
    .action(({ json }: { json?: true }) =>
      withKeys(async ({ rotateKeys }) => {
        const { kid, activeAt } = await rotateKeys();
        const from = activeAt.toISOString();
        console.log(json ? JSON.stringify({ kid, active_at: from }) : `${kid} signs from ${from}`);
      }),
    );

  keys
    .command("retire")
    .description("end a key that others may know: what it signed is refused at once, another key signs")
    .argument("<kid>", "as `keys list` shows it")
    .action((kid: string) =>
      withKeys(async ({ retireKey }) => {
        await retireKey(kid);
        console.log(`${kid} is retired`);
      }),
    );

  return keys;
}

function entry({ kid, algorithm, state, createdAt, activeAt }: ListedKey) {
  return { kid, algorithm, state, created_at: createdAt.toISOString(), active_at: activeAt.toISOString() };
}

function line({ kid, algorithm, state, activeAt }: ListedKey): string {
  return `${kid}  ${algorithm}  ${state.padEnd(11)}  active from ${activeAt.toISOString()}`;
}
