import { Command } from "commander";
import { withExamples } from "./help.ts";
import { JSON_OPTION, type JsonOption, printJson, printTable } from "./output.ts";

export interface ShownSetting {
  readonly name: string;
  /**
   * The value in the syntax of settings, with `(hidden)` for secrets; `undefined` if there is none or it is
   * invalid.
   */
  readonly value: string | undefined;
  /** `environment`, `.env`, `file <path>`, `default`, `not set`, or `derived: <from what>`. */
  readonly origin: string;
}

export interface ConfigReport {
  readonly settings: readonly ShownSetting[];
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
  /** The error to end with; `undefined` if the configuration is valid. */
  readonly fault: Error | undefined;
}

/** `config`: shows the settings with which the service would start. Opens nothing. */
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
