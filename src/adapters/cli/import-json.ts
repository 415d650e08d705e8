import { Command } from "commander";
import type { Conflict, Outcomes } from "../../application/transfer/import-store.ts";
import { KINDS, type PerKind } from "../../application/transfer/stored-records.ts";
import { makeCounter } from "./counter.ts";
import { chooseKeys, type KeysChoice, keysOptions } from "./keys-choice.ts";
import type { ImportJson } from "./transfer.ts";
import { UsageError } from "./usage-error.ts";

interface Options extends KeysChoice {
  readonly json?: true;
}

const MORE = `
Import before the service first starts on the new storage. It may be interrupted and run again: existing records
stay unchanged. Nothing is overwritten; conflicting records are reported, and the exit status is then 1. A file is
read to its end before anything is written.`;

/** `import json`: imports a file of `export json`. */
export function importJsonCommand(importJson: ImportJson): Command {
  const [withKeys, withoutKeys] = keysOptions();
  return new Command("json")
    .description("import a file of `export json`, from any storage")
    .argument("<file>", "the file to import; - for standard input")
    .addOption(withKeys)
    .addOption(withoutKeys)
    .option("--json", "print the counts as one JSON object, for machines")
    .addHelpText("after", MORE)
    .action(async (file: string, { json, ...choice }: Options) => {
      const counter = makeCounter(process.stderr, "read");
      const summary = await importJson({
        file: file === "-" ? undefined : file,
        chooseKeys: (areThere) => chosen(choice, areThere),
        warn: (what) => counter.print(`warning: ${what}`),
        conflict: (conflict) => counter.print(told(conflict)),
        progress: counter.show,
      }).finally(counter.end);
      console.log(json ? JSON.stringify(entry(summary)) : lines(summary));
      if (KINDS.some((kind) => summary[kind].conflicts > 0)) process.exitCode = 1;
    });
}

async function chosen(choice: KeysChoice, areThere: boolean): Promise<boolean> {
  if (areThere) return chooseKeys(choice);
  if (choice.withKeys)
    throw new UsageError("There are no signing keys in this export: import it --without-keys");
  return false;
}

function told({ kind, id, field }: Conflict): string {
  return `not imported: ${kind} ${id}, the storage has another ${field}`;
}

function entry(summary: PerKind<Outcomes>) {
  const rows = KINDS.map((kind) => {
    const { imported, alreadyThere: already_there, conflicts } = summary[kind];
    return [kind, { imported, already_there, conflicts }];
  });
  return Object.fromEntries(rows);
}

function lines(summary: PerKind<Outcomes>): string {
  return KINDS.map((kind) => {
    const { imported, alreadyThere, conflicts } = summary[kind];
    return `${kind}: ${imported} imported, ${alreadyThere} already there, ${conflicts} in conflict`;
  }).join("\n");
}
