import { Command, Option } from "commander";
import type { ImportFlask, ImportSummary, UserLeftOut } from "../../application/flask/import-flask.ts";
import { makeProgress, type Progress } from "./progress.ts";
import { openReportFile, type ReportFile } from "./report-file.ts";

/** Opens the old database and the storage for `work` and closes them again. */
export type WithFlaskImport = <T>(
  options: { readonly from: string | undefined; readonly dryRun: boolean },
  work: (importFlask: ImportFlask) => Promise<T>,
) => Promise<T>;

interface Options {
  readonly from?: string;
  readonly dryRun?: boolean;
  readonly onConflict: "skip" | "oldest";
  readonly report?: string;
  readonly json?: true;
}

const MORE = `
Run it with --dry-run first, and without it after the Flask server has stopped. It may be interrupted and run again:
imported users are not changed, and users removed since are not imported again. Records that cannot be imported are
left out and reported with the reasons; the exit status is then 1.

A URI with a password in it goes into FLASK_MONGO_URI, or a file named by FLASK_MONGO_URI_FILE, not on the
command line.`;

/** `import flask`: accounts and revoked tokens of the Flask server. */
export function flaskCommand(withFlaskImport: WithFlaskImport): Command {
  return new Command("flask")
    .description("import users and revoked tokens from the Flask server's MongoDB, which is only read")
    .option("--from <uri>", "its MONGO_URI; may be the server and database of the new service")
    .option("--dry-run", "write nothing and report what would be done")
    .addOption(
      new Option(
        "--on-conflict <rule>",
        "for accounts that share a name or an address: import none (skip) or the oldest",
      )
        .choices(["skip", "oldest"])
        .default("skip"),
    )
    .option("--report <file>", "write the counts and a row for each omitted user to this file, as JSON")
    .option("--json", "print the counts as one JSON object, for machines")
    .addHelpText("after", MORE)
    .action(({ from, dryRun = false, onConflict, report, json }: Options) =>
      withFlaskImport({ from, dryRun }, async (importFlask) => {
        const progress = makeProgress(process.stderr, process.stdout);
        const file = report === undefined ? undefined : await openReportFile(report);
        try {
          const summary = await importFlask({
            dryRun,
            onConflict,
            leftOut: (user) => tell(user, progress, file, json),
            progress: progress.show,
          });
          const counts = entry(summary, dryRun);
          await file?.finish(counts);
          progress.end();
          console.log(json ? JSON.stringify(counts) : lines(summary, dryRun));
          if (summary.users.leftOut > 0 || summary.revokedTokens.unusable > 0) process.exitCode = 1;
        } finally {
          progress.end();
          await file?.discard();
        }
      }),
    );
}

async function tell(user: UserLeftOut, progress: Progress, file: ReportFile | undefined, json = false) {
  await file?.row(user);
  if (json) return;
  const { id, email, username, reasons } = user;
  progress.print(`left out  ${[id, email, username].map(quoted).join("  ")}  ${reasons.join(" ")}`);
}

/** Quotes text that may contain anything, so that it cannot control the terminal. */
function quoted(text: string | undefined): string {
  if (text === undefined) return "-";
  return JSON.stringify(text).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (hidden) => `\\u{${hidden.codePointAt(0)?.toString(16)}}`,
  );
}

function entry({ users, revokedTokens }: ImportSummary, dryRun: boolean) {
  const {
    found,
    imported,
    alreadyThere: already_there,
    removedSince: removed_since,
    leftOut: left_out,
  } = users;
  return {
    dry_run: dryRun,
    users: { found, imported, already_there, removed_since, left_out },
    revoked_tokens: revokedTokens,
  };
}

function lines({ users, revokedTokens }: ImportSummary, dryRun: boolean): string {
  const verb = dryRun ? "would be imported" : "imported";
  const rest: [number, string][] = [
    [users.alreadyThere, "already there"],
    [users.removedSince, "removed here since"],
    [users.leftOut, "left out"],
  ];
  const others = rest.map(([count, what]) => `, ${count} ${what}`).join("");
  const unusable = `, ${revokedTokens.unusable} that are not token ids`;
  return [
    `users: ${users.found} found, ${users.imported} ${verb}${others}`,
    `revoked tokens: ${revokedTokens.found} found, ${revokedTokens.imported} ${verb}${unusable}`,
    ...(dryRun ? ["This was a dry run: nothing was written."] : []),
  ].join("\n");
}
