import { execFile } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copiedTree } from "../support/copied-tree.ts";
import { ROOT, read } from "../support/project.ts";

/** Follows the guides for additions in a copy of the sources, in exactly the places that they name. */

const KEPT = ["src", "test", "docs", "mail-templates", "package.json", "tsconfig.json", "tsconfig.base.json"];
/** The tests that check the additions; all run without a server. */
const TESTS = [
  "test/adapters/mustache/mail-templates.test.ts",
  "test/application/audit/event-kinds.test.ts",
  "test/reference.test.ts",
  "test/composition/settings/config.test.ts",
  "test/composition/settings/faulty-settings.test.ts",
  "test/adapters/cli/help.test.ts",
];

/** An addition: a new file, a line after a line that only one file has, or the result of a command. */
type Place =
  | { readonly file: string; readonly text: string }
  | { readonly after: RegExp; readonly line: string; readonly more?: readonly Addition[] }
  | { readonly made: string; readonly by: readonly string[] };
interface Addition {
  readonly after: RegExp;
  readonly line: string;
}

/** A path in the spelling of the guide, with placeholders for free names. */
const asInGuide = (path: string) =>
  path
    .replace(/^mail-templates\/\w+\./, "mail-templates/<kind>.")
    .replace(/operators\/greet-user\.ts$/, "operators/<verb>.ts");

/** The places that a guide names under some of its headings. */
function placesIn(guide: string, headings: readonly string[]): string[] {
  const sections = read(guide).split(/^## /m);
  const wanted = sections.filter((section) => headings.some((heading) => section.startsWith(heading)));
  expect(wanted).toHaveLength(headings.length);
  const places = wanted.flatMap((section) => [...section.matchAll(/^- `([^`]+)`/gm)]);
  return [...new Set(places.map(([, path = ""]) => path))].toSorted();
}

let copy: string;
beforeAll(() => {
  copy = copiedTree(KEPT);
  const config = { test: { include: TESTS, testTimeout: 60_000 } };
  writeFileSync(join(copy, "vitest.config.ts"), `export default ${JSON.stringify(config)};\n`);
});
afterAll(() => rmSync(copy, { recursive: true }));

function run(tool: string, args: readonly string[]): Promise<string | undefined> {
  const bin = join(ROOT, "node_modules/.bin", tool);
  return new Promise((resolve) => {
    execFile(
      bin,
      args,
      { cwd: copy, maxBuffer: 1e8, env: { ...process.env, VITEST: undefined } },
      (error, out) => resolve(error === null ? undefined : `${tool}: ${out}`),
    );
  });
}

/** The first tool's errors in the copy, or `undefined` if there are none. */
const faults = async () => (await run("tsc", ["-b", "--pretty", "false"])) ?? run("vitest", ["run"]);

const textIn = (path: string) => readFileSync(join(copy, path), "utf8");

/** The one file of the sources in which a line matches. */
function fileWith(pattern: RegExp): string {
  const paths = ["src", "docs", "test"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
  );
  const found = paths.filter((path) => /\.(ts|md)$/.test(path) && pattern.test(read(path)));
  expect(found, String(pattern)).toHaveLength(1);
  return found[0] ?? "";
}

const pathOf = (place: Place) =>
  "file" in place ? place.file : "made" in place ? place.made : fileWith(place.after);

async function add(place: Place): Promise<void> {
  const path = pathOf(place);
  if ("file" in place) return writeFileSync(join(copy, path), place.text);
  if ("made" in place) return void (await run("vitest", place.by));
  let text = textIn(path);
  for (const { after, line } of [place, ...(place.more ?? [])]) {
    expect(text).toMatch(after);
    text = text.replace(after, (found) => `${found}${line}`);
  }
  writeFileSync(join(copy, path), text);
}

function takeBack(path: string): void {
  rmSync(join(copy, path), { force: true });
  try {
    cpSync(join(ROOT, path), join(copy, path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

const mail = (kind: string, description: string, [text, html]: readonly [string, string]): Place[] => [
  { after: /^ {2}address_taken: ANSWER,\n/m, line: `  ${kind}: ${description},\n` },
  { file: `mail-templates/${kind}.txt`, text },
  { file: `mail-templates/${kind}.html`, text: html },
];
const NOTICE_WORDS = ["password_changed.txt", "password_changed.html"].map((name) =>
  read(`mail-templates/${name}`)
    .replace(/^Email: .*\n|.*Email: .*\n/gm, "")
    .replaceAll(/.*\{\{[#/]email\}\}.*\n/g, ""),
) as [string, string];
const LINK_WORDS = ["password_reset.txt", "password_reset.html"].map((name) =>
  read(`mail-templates/${name}`)
    .replace(/^Email: .*\n|.*Email: .*\n/gm, "")
    .replaceAll(/.*\{\{[#/]email\}\}.*\n/g, ""),
) as [string, string];
const inAudit = (kind: string): Addition => ({ after: /`address_taken`, /, line: `\`${kind}\`, ` });
const audit = (kind: string, ...more: Addition[]): Place => ({
  after: /^(?=# The audit trail$)/m,
  line: "",
  more: [inAudit(kind), ...more],
});
const settingsPage: Place = {
  made: "docs/reference/configuration.md",
  by: ["run", "test/reference.test.ts", "--update"],
};
const setting = (line: string): Place => ({ after: /^(?= {2}NOTICE_PASSWORD_CHANGED: flag$)/m, line });
const inMailTable = (line: string): Place => ({
  after: /^(?=\| `NOTICE_PASSWORD_CHANGED` \|.* notify )/m,
  line,
});
const faulty = (line: string): Place => ({ after: /^ {2}NOTICE_PASSWORD_CHANGED: \[.*\n/m, line });

const ADDITIONS: readonly (readonly [what: string, guide: string, headings: string[], places: Place[]])[] = [
  [
    "a mail without a link",
    "docs/adding-a-mail.md",
    ["Every mail"],
    [...mail("welcome", "ANSWER", NOTICE_WORDS), audit("welcome")],
  ],
  [
    "a notice",
    "docs/adding-a-mail.md",
    ["Every mail", "A notice"],
    [
      ...mail("username_changed", "NOTICE", NOTICE_WORDS),
      audit("username_changed"),
      setting(
        '  NOTICE_USERNAME_CHANGED: flag.default(true).describe("Whether users are mailed a new name"),\n',
      ),
      {
        after: /^ {2}password_changed: "NOTICE_PASSWORD_CHANGED",\n/m,
        line: '  username_changed: "NOTICE_USERNAME_CHANGED",\n',
      },
      inMailTable("| `NOTICE_USERNAME_CHANGED` | `true` | notify the user of a new name |\n"),
      settingsPage,
      faulty('  NOTICE_USERNAME_CHANGED: ["yes"],\n'),
    ],
  ],
  [
    "a mail with a link of a new purpose",
    "docs/adding-a-mail.md",
    ["Every mail", "A mail with a link of a new purpose"],
    [
      ...mail("login_link", '{ link: "log_in", made: "on delivery" }', LINK_WORDS),
      audit("login_link", { after: /`cancel_email_change`(?= \|)/, line: ", `log_in`" }),
      { after: /^ {2}reset_password: HOUR,\n/m, line: "  log_in: HOUR / 4,\n" },
      setting(
        '  LOGIN_URL: page.default("http://localhost:3000/log-in").describe("The page of the link"),\n',
      ),
      { after: /^ {2}reset_password: "PASSWORD_RESET_URL",\n/m, line: '  log_in: "LOGIN_URL",\n' },
      inMailTable("| `LOGIN_URL` | `http://localhost:3000/log-in` | the page of the link |\n"),
      settingsPage,
      faulty('  LOGIN_URL: ["log-in"],\n'),
      {
        after: /^(?= {2}reset_password: \{\n {4}ask: )/m,
        line: `  log_in: {
    ask: (core) => core.forgotPassword({ email: ada.email, client }),
    to: ada.email,
    page: "log-in",
    lifeMs: DAY_MS / 96,
    follow: (core, token) => core.verifyEmail({ token, client }),
    refusal: "invalid_verification_token",
  },
`,
      },
    ],
  ],
  [
    "a command with an event",
    "docs/adding-a-command.md",
    ["Every command", "A command that reports"],
    [
      {
        file: "src/application/operators/greet-user.ts",
        text: `import type { User } from "../../domain/user.ts";
import type { SecurityEvents } from "../ports/security-events.ts";
import { type FindAccountDeps, findAccount } from "../users/find-account.ts";

export type GreetUser = (who: string) => Promise<User>;

export function makeGreetUser(deps: FindAccountDeps & { readonly events: SecurityEvents }): GreetUser {
  return async (who) => {
    const user = await findAccount(deps, who);
    deps.events.report({ type: "user_greeted", userId: user.id });
    return user;
  };
}
`,
      },
      {
        after: /^import \{ makeUnlockUser \} .*\n/m,
        line: 'import { makeGreetUser } from "../../../application/operators/greet-user.ts";\n',
        more: [{ after: /^ {2}unlockUser: makeUnlockUser,\n/m, line: "  greetUser: makeGreetUser,\n" }],
      },
      {
        after: /^ {2}readonly unlockUser: UnlockUser;\n/m,
        line: "  readonly greetUser: GreetUser;\n",
        more: [
          {
            after: /^import type \{ UnlockUser \} .*\n/m,
            line: 'import type { GreetUser } from "../../application/operators/greet-user.ts";\n',
          },
          {
            after: /^export function addUserChanges.*\{\n/m,
            line: `  changing(user, "greet", "greet the user").action((who: string) =>
    withUseCases(async ({ greetUser }) => printLine(called(await greetUser(who)))),
  );
`,
          },
        ],
      },
      {
        after: /^(?=## `user unlock <user>`$)/m,
        line: "## `user greet <user>`\n\nGreets. `--json` does too.\n\n",
      },
      {
        after: /^ {2}\| \{ readonly type: "user_unlocked"; .*\n/m,
        line: '  | { readonly type: "user_greeted"; readonly userId: string }\n',
      },
      { after: /^ {2}user_unlocked: NEVER,\n/m, line: "  user_greeted: NEVER,\n" },
      { after: /^ {4}user_unlocked: null,\n/m, line: "  user_greeted: null,\n" },
      { after: /^\| `user_unlocked` \|.*\n/m, line: "| `user_greeted` | by an operator | |\n" },
    ],
  ],
];

describe.each(ADDITIONS)("%s", { timeout: 900_000 }, (_, guide, headings, places) => {
  it("takes the places that the guide names, and no others", async () => {
    expect([...new Set(places.map(pathOf).map(asInGuide))].toSorted()).toEqual(placesIn(guide, headings));
    try {
      for (const place of places) await add(place);
      expect(await faults()).toBeUndefined();
      // each of them is needed: without it something fails
      const idle: string[] = [];
      for (const place of places) {
        const path = pathOf(place);
        const added = textIn(path);
        takeBack(path);
        if ((await faults()) === undefined) idle.push(path);
        writeFileSync(join(copy, path), added);
      }
      expect(idle).toEqual([]);
    } finally {
      for (const place of places) takeBack(pathOf(place));
    }
  });
});
