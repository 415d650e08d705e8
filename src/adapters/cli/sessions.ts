import { Command } from "commander";
import type { EndAnySession } from "../../application/operators/end-any-session.ts";
import type { ShowUser } from "../../application/operators/show-user.ts";
import type { Session } from "../../domain/session.ts";
import { withExamples } from "./help.ts";
import { JSON_OPTION, type JsonOption, printJson, printLine, printTable } from "./output.ts";
import type { WithUseCases } from "./with-use-cases.ts";

export interface SessionUseCases {
  readonly showUser: ShowUser;
  readonly endAnySession: EndAnySession;
}

/** `session list|end`: lists an account's sessions and ends one. */
export function sessionCommand(withUseCases: WithUseCases<SessionUseCases>): Command {
  const session = withExamples(
    new Command("session").description("logins of an account, each on one device: list, end"),
    "connect-auth session list ada@example.com",
    "connect-auth session end 5f0c6c1e-6b0a-4d0e-8f53-0c1d2e3f4a5b",
  );

  session
    .command("list")
    .description("list the live sessions of an account, the newest first")
    .argument("<user>", "id, email or username")
    .option("--json", "one JSON array, for machines")
    .action((who: string, { json }: JsonOption) =>
      withUseCases(async ({ showUser }) => {
        const { sessions } = await showUser(who);
        if (json) printJson(sessions.map(entry));
        else printTable(sessions.map(row));
      }),
    );

  session
    .command("end")
    .description("end one session: all its tokens are refused at once")
    .argument("<session>", "id, as `session list` shows it")
    .option(...JSON_OPTION)
    .action((sessionId: string, { json }: JsonOption) =>
      withUseCases(async ({ endAnySession }) => {
        const { id, userId } = await endAnySession(sessionId);
        if (json) printJson({ id, user_id: userId, ended: true });
        else printLine(`${id} is ended`);
      }),
    );

  return session;
}

function entry({ id, createdAt, lastUsedAt, expiresAt, userAgent, ip }: Session) {
  return {
    id,
    created_at: createdAt.toISOString(),
    last_used_at: lastUsedAt.toISOString(),
    expires_at: expiresAt.toISOString(),
    user_agent: userAgent,
    ip,
  };
}

function row({ id, createdAt, lastUsedAt, userAgent, ip }: Session): string[] {
  const times = [`since ${createdAt.toISOString()}`, `used ${lastUsedAt.toISOString()}`];
  return [id, ...times, ip, userAgent];
}
