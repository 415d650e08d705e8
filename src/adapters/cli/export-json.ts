import { Command } from "commander";
import { KINDS, type PerKind } from "../../application/transfer/stored-records.ts";
import { makeCounter } from "./counter.ts";
import { chooseKeys, type KeysChoice, keysOptions } from "./keys-choice.ts";
import type { ExportJson } from "./transfer.ts";

interface Options extends KeysChoice {
  readonly force?: boolean;
  readonly json?: true;
}

const MORE = `
The export contains password hashes: protect it like the storage. Stop the service first, so that no later change is
missing. The audit trail and counts of attempts are not part of it.`;

/** `export json`: writes the contents of the storage, one JSON object per line. */
export function exportJsonCommand(exportJson: ExportJson): Command {
  const [withKeys, withoutKeys] = keysOptions();
  return new Command("json")
    .description("write the contents of the storage as JSON lines, for `import json`")
    .argument("[file]", "the file to write, readable by its owner only; by default standard output")
    .addOption(withKeys)
    .addOption(withoutKeys)
    .option("--force", "replace an existing file")
    .option("--json", "print the counts as one JSON object, for machines")
    .addHelpText("after", MORE)
    .action(async (file: string | undefined, { force = false, json, ...choice }: Options) => {
      const keys = await chooseKeys(choice);
      const counter = makeCounter(process.stderr, "exported");
      const counts = await exportJson({ file, overwrite: force, keys, progress: counter.show }).finally(
        counter.end,
      );
      // if the export itself goes to standard output
      const out = file === undefined ? process.stderr : process.stdout;
      out.write(`${json ? JSON.stringify({ keys, ...counts }) : line(counts)}\n`);
    });
}

function line(counts: PerKind<number>): string {
  return `exported: ${KINDS.map((kind) => `${kind} ${counts[kind]}`).join(", ")}`;
}
