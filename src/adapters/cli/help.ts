import type { Command } from "commander";

/** Exit status for wrong usage. */
export const EXIT_USAGE = 2;

const EXIT_STATUSES = `
Exit status:
  0   done
  1   failed or refused, for example because the account does not exist
  2   wrong usage, such as an unknown option
  74  serve: the embedded store could not be written, as on a full disk
  78  the configuration is invalid`;

/** Adds examples to a command's help. */
export function withExamples(command: Command, ...examples: string[]): Command {
  return command.addHelpText("after", `\nExamples:\n${examples.map((each) => `  ${each}`).join("\n")}`);
}

/** Makes every command list the exit statuses in its help and throw usage errors. */
export function withManners(command: Command): Command {
  command
    .addHelpText("after", EXIT_STATUSES)
    .helpCommand(false)
    .helpOption("-h, --help", "show this help")
    .exitOverride()
    .showHelpAfterError("(--help shows the usage)")
    .configureOutput({ outputError: (text, write) => write(withoutValue(text)) });
  for (const each of command.commands) withManners(each);
  return command;
}

/** Removes the value after an option's name, because it may be a secret. */
function withoutValue(text: string): string {
  return text.replace(/'(--[^=']*(?=[='])|-[^-'])[^\n]*'/, "'$1'");
}
