import { styleText } from "node:util";
import { Command } from "commander";
import type { Finding } from "../../application/maintenance/finding.ts";
import { withExamples } from "./help.ts";
import { JSON_OPTION, type JsonOption, printJson, shown } from "./output.ts";

const COLOURS = { ok: "green", warning: "yellow", failed: "red" } as const;

/** `doctor`: checks whether the service can work here, and how well. */
export function doctorCommand(examine: () => AsyncIterable<Finding>): Command {
  const command = new Command("doctor")
    .summary("check storage, secret, keys, clock and hash speed, with advice")
    .description(
      "check the requirements of the service: configuration, storage, indexes or disk, secret, signing keys, clock, " +
        "hash speed, hashes of the Flask server; each is ok, warning or failed, with advice. Opens the storage as the " +
        "server does at its start. The exit status is 1 if a check failed.",
    )
    .option(...JSON_OPTION)
    .action(async ({ json }: JsonOption) => {
      const findings: Finding[] = [];
      for await (const finding of examine()) {
        findings.push(finding);
        if (!json) print(finding);
      }
      const ok = findings.every(({ status }) => status !== "failed");
      if (json) printJson({ ok, checks: findings.map(entry) });
      if (!ok) process.exitCode = 1;
    });
  return withExamples(command, "connect-auth doctor", "connect-auth doctor --json | jq .ok");
}

function print({ name, status, found, advice }: Finding): void {
  // coloured only on a terminal without NO_COLOR
  const painted = styleText(COLOURS[status], status.padEnd(7));
  console.log(`${painted}  ${name.padEnd(13)}  ${shown(found)}`);
  if (advice !== undefined) console.log(`${" ".repeat(24)}${shown(advice)}`);
}

function entry({ name, status, found, advice }: Finding) {
  return { name, status, found, advice: advice ?? null };
}
