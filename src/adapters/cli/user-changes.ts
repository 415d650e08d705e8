import type { Command } from "commander";
import type { ChangedAccount } from "../../application/operators/change-account.ts";
import type { DeleteUser } from "../../application/operators/delete-user.ts";
import type { DisableUser } from "../../application/operators/disable-user.ts";
import type { EnableUser } from "../../application/operators/enable-user.ts";
import type { MakeResetLink } from "../../application/operators/make-reset-link.ts";
import type { SetPassword } from "../../application/operators/set-password.ts";
import type { ShowUser } from "../../application/operators/show-user.ts";
import type { UnlockUser } from "../../application/operators/unlock-user.ts";
import type { VerifyUser } from "../../application/operators/verify-user.ts";
import { withExamples } from "./help.ts";
import { counted, JSON_OPTION, type JsonOption, printJson, printLine, shown } from "./output.ts";
import { confirms, newPassword, PASSWORD_STDIN, type PasswordOptions } from "./terminal.ts";
import { called, userEntry } from "./user-entry.ts";
import type { WithUseCases } from "./with-use-cases.ts";

export interface UserChanges {
  readonly showUser: ShowUser;
  readonly disableUser: DisableUser;
  readonly enableUser: EnableUser;
  readonly setPassword: SetPassword;
  readonly unlockUser: UnlockUser;
  readonly verifyUser: VerifyUser;
  readonly deleteUser: DeleteUser;
  readonly makeResetLink: MakeResetLink;
}

/** `user disable|enable|unlock|verify|set-password|reset-link|delete`. */
export function addUserChanges(user: Command, withUseCases: WithUseCases<UserChanges>): void {
  changing(user, "disable", "disable an account, and end all its sessions at once").action(
    (who: string, { json }: JsonOption) =>
      withUseCases(async ({ disableUser }) => {
        const changed = await disableUser(who);
        report(json, { ...changed, user: { ...changed.user, disabled: true } }, "is disabled");
      }),
  );
  changing(user, "enable", "enable a disabled account; its former sessions stay ended").action(
    (who: string, { json }: JsonOption) =>
      withUseCases(async ({ enableUser }) => {
        const changed = await enableUser(who);
        report(json, { ...changed, user: { ...changed.user, disabled: false } }, "is enabled");
      }),
  );
  changing(
    user,
    "unlock",
    "reset the counts of wrong passwords of an account, so that its user can log in at once",
  ).action((who: string, { json }: JsonOption) =>
    withUseCases(async ({ unlockUser }) => {
      const unlocked = await unlockUser(who);
      if (json) printJson({ ...userEntry(unlocked), unlocked: true });
      else printLine(`${called(unlocked)} is unlocked`);
    }),
  );
  changing(user, "verify", "mark an account's address as verified, without a link").action(
    (who: string, { json }: JsonOption) =>
      withUseCases(async ({ verifyUser }) => {
        const { user, alreadyApplied } = await verifyUser(who);
        if (json) printJson({ ...userEntry(user), changed: !alreadyApplied });
        else printLine(`${called(user)} is verified${alreadyApplied ? " already" : ""}`);
      }),
  );
  addSetPassword(user, withUseCases);
  addResetLink(user, withUseCases);
  addDelete(user, withUseCases);
}

function changing(user: Command, name: string, description: string): Command {
  return user
    .command(name)
    .description(description)
    .argument("<user>", "id, email or username")
    .option(...JSON_OPTION);
}

function addResetLink(user: Command, withUseCases: WithUseCases<UserChanges>): void {
  const description = "print a link to choose a new password, to hand over if there is no mail";
  changing(user, "reset-link", description).action((who: string, { json }: JsonOption) =>
    withUseCases(async ({ makeResetLink }) => {
      const { user, link, expiresAt } = await makeResetLink(who);
      const expires_at = expiresAt.toISOString();
      if (json) return printJson({ id: user.id, link, expires_at });
      printLine(link);
      printLine(`works once for ${user.username.shown}, until ${expires_at}`);
    }),
  );
}

function addSetPassword(user: Command, withUseCases: WithUseCases<UserChanges>): void {
  const description =
    "set a new password and end all sessions; the password is typed at a prompt, or read with --password-stdin";
  const setPassword = changing(user, "set-password", description)
    .option(...PASSWORD_STDIN)
    .action(async (who: string, { json, ...options }: JsonOption & PasswordOptions, command: Command) => {
      const password = await newPassword(command, options);
      const changed = await withUseCases(({ setPassword }) => setPassword(who, password));
      report(json, changed, "has a new password");
    });
  withExamples(
    setPassword,
    "connect-auth user set-password ada@example.com",
    "openssl rand -base64 18 | tee new.txt | connect-auth user set-password ada --password-stdin",
  );
}

function addDelete(user: Command, withUseCases: WithUseCases<UserChanges>): void {
  const description = "remove an account and all its sessions permanently; name and email are free again";
  changing(user, "delete", description)
    .option("--yes", "do not ask; required without a terminal")
    .action(async (who: string, { json, yes }: JsonOption & { yes?: true }, command: Command) => {
      if (!yes && !process.stdin.isTTY) {
        return command.error("error: there is no terminal to ask whether you are sure: give --yes");
      }
      return withUseCases(async ({ showUser, deleteUser }) => {
        const { user, sessions } = await showUser(who);
        const question = `Delete ${called(user)} with ${counted(sessions.length, "session")} for good? Type yes: `;
        if (!yes && !(await confirms(shown(question)))) return refuse("Not deleted");
        // by its id: what was shown is what is deleted
        const deleted = await deleteUser(user.id);
        if (json) printJson({ ...userEntry(deleted), deleted: true });
        else printLine(`${called(deleted)} is deleted`);
      });
    });
}

function report(json: true | undefined, { user, alreadyApplied, ended }: ChangedAccount, now: string): void {
  const outcome = alreadyApplied ? `${now} already` : `${now}; ${counted(ended, "session")} ended`;
  if (json) printJson({ ...userEntry(user), changed: !alreadyApplied, sessions_ended: ended });
  else printLine(`${called(user)} ${outcome}`);
}

function refuse(why: string): void {
  console.error(why);
  process.exitCode = 1;
}
