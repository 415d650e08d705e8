import { Command } from "commander";
import { withExamples } from "./help.ts";
import { JSON_OPTION, type JsonOption, printJson, printTable } from "./output.ts";

export interface ShownSetting {
  readonly name: string;
  /** As it could be set, with `(hidden)` for what is secret; `undefined` where there is none or it is refused. */
  readonly value: string | undefined;
  /** `environment`, `.env`, `file <path>`, `default`, `not set`, or `derived: <from what>`. */
  readonly origin: string;
}

export interface ConfigReport {
  readonly settings: readonly ShownSetting[];
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
  /** What to end with where there are faults. */
  readonly fault: Error | undefined;
}

/** `config`: what the service would start with. Opens nothing. */
export function configCommand(describeConfig: () => Promise<ConfigReport>): Command {
  const command = new Command("config")
    .summary("the settings in effect, and the source of each")
    .description(
      "show every setting in effect and its source: environment, .env, a file, or its default; secrets are hidden",
    )
    .option(...JSON_OPTION)
    .action(async ({ json }: JsonOption) => {
      const { settings, faults, warnings, fault } = await describeConfig();
      if (json) printJson({ settings: settings.map(entry), faults, warnings });
      else {
        printTable(settings.map(row));
        for (const warning of warnings) console.error(`warning: ${warning}`);
      }
      if (fault !== undefined) throw fault;
    });
  return withExamples(
    command,
    "connect-auth config",
    "connect-auth config --json | jq -r '.settings[] | select(.origin != \"default\") | .name'",
  );
}

function entry({ name, value, origin }: ShownSetting) {
  return { name, value: value ?? null, origin };
}

function row({ name, value = "-", origin }: ShownSetting): string[] {
  return [name, value, origin];
}
