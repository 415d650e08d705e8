import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { call, registered } from "../support/api.ts";
import { freePort } from "../support/free-port.ts";
import { commandsIn, ROOT, read } from "../support/project.ts";
import {
  FREE_AND_CHEAP,
  type ServerProcess,
  startServer,
  temporaryDirectory,
} from "../support/server-process.ts";
import { runShell } from "../support/shell.ts";

/** The commands of the README and the pages in docs are run here, or in a test that is named here. */

const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  ...pagesIn("docs"),
  ...pagesIn("docs/guides"),
  ...pagesIn("docs/flows"),
];

function pagesIn(directory: string): string[] {
  return readdirSync(join(ROOT, directory))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${directory}/${name}`);
}

const PROGRAMS =
  /^(?:[A-Z_]+=(?:"\$\([^)]*\)"|\S*) )*(?:curl|npm|npx|connect-auth|node|docker|deploy\/|install |systemd|sudo|mv |mongo|cd )/;

/** The lines of a page that call a program. */
const commandsOf = (page: string) => commandsIn(read(page)).filter((line) => PROGRAMS.test(line));

/** The places where other commands of a page are tested. */
const ELSEWHERE: readonly (readonly [what: RegExp, where: string])[] = [
  [/^npm ci && npm (start|test)$|^MONGO_URI=/, "test/full/fresh-clone.test.ts"],
  [/^npm ci && npm run check$/, ".ci/run"],
  [
    /^npm (init -y|install --ignore-scripts|pkg set|start)|^npx --no-install|^node node_modules/,
    "test/full/package.test.ts",
  ],
  [/ node examples\/|localhost:3001/, "test/examples/examples.test.ts"],
  [/^DATA_DIR=\.\/data connect-auth|^install -.*secret|^mv data/, "test/system/restore.test.ts"],
  [/^install -D|^systemd|^sudo|^systemctl/, "test/deploy/guides.test.ts"],
  [
    /^docker|^deploy\/make-secrets|^npm run check:deploy|^npm (ci --ignore-scripts|run build|prune)/,
    "deploy/check-image.mjs",
  ],
  [/^mongo(dump|restore)/, "test/deploy/guides.test.ts"],
  [/^npm (run pack:packages|install \.\/hbtu-connect-auth-client)/, "test/full/client-package.test.ts"],
  [/localhost:5000\/api\/(factors|login\/second-factor|reauthenticate)/, "test/system/second-factor.test.ts"],
  // renewing generated files, and running tests
  [/^npx vitest run/, "test/full/adding-a-setting.test.ts"],
  [/^npm run faults/, "test/full/faults.test.ts"],
  [/^npm run bench( |$)/, "test/full/bench.test.ts"],
  // need the user of the systemd unit
  [/connect-auth\/backups|^connect-auth backup "\/var/, "test/deploy/wrapper.test.ts"],
  // by hand: they take minutes, or need something that is not here
  [/^npm run bench:/, "bench"],
  [/opentelemetry|OTEL_/, "docs/operations.md"],
];

let server: ServerProcess;
let issuer: string;
let person: Awaited<ReturnType<typeof registered>>;
const directory = temporaryDirectory();
const INTROSPECTION_SECRET = "a-secret-of-32-bytes-for-the-documented-commands";

beforeAll(async () => {
  const PORT = String(await freePort());
  issuer = `http://localhost:${PORT}`;
  server = await startServer({
    PORT,
    DATA_DIR: join(directory.path, "data"),
    INTROSPECTION_CLIENTS: `api:${INTROSPECTION_SECRET}`,
    ...FREE_AND_CHEAP,
  });
  person = await registered(server.url);
  writeFileSync(join(directory.path, "password.txt"), "a better horse");
  await call(server.url, "POST /api/register", {
    json: { username: "ada", email: "ada@example.com", password: "correct horse" },
  });
});
afterAll(async () => {
  await server.end();
  directory.remove();
});

/** Runs a command as a reader who has followed the page so far: with the server running and the tokens of a login. */
function type(command: string) {
  const here = command
    .replaceAll(/(http:\/\/)?localhost:5000/g, server.url)
    .replaceAll("curl ", "curl --silent --show-error --fail ")
    .replaceAll("npm run --silent build && node dist/main.js", "connect-auth")
    .replace(
      / -- KID$/,
      ` -- "$(connect-auth keys list --json | grep -o '"kid":"[^"]*' | head -1 | cut -d'"' -f4)"`,
    )
    .replace("-u api:$SECRET", `-u "api:$SECRET"`);
  return runShell(directory.path, here, {
    DATA_DIR: join(directory.path, "data"),
    ...FREE_AND_CHEAP,
    ACCESS_TOKEN: person.access_token,
    REFRESH_TOKEN: person.refresh_token,
    TOKEN: person.access_token,
    CLIENT: "api",
    SECRET: INTROSPECTION_SECRET,
    ISSUER: issuer,
  });
}

const all = PAGES.flatMap((page) => commandsOf(page).map((command) => ({ page, command })));
const isElsewhere = ({ command }: { command: string }) => ELSEWHERE.some(([what]) => what.test(command));
/** On pages that move data. Separate tests run these pages from beginning to end. */
const isOfAMove = ({ page }: { page: string }) => page.startsWith("docs/moving-");

it("there are such commands, and each exception is of one that there is", () => {
  expect(all.length).toBeGreaterThan(30);
  expect(ELSEWHERE.filter(([what]) => !all.some(({ command }) => what.test(command)))).toEqual([]);
  expect(ELSEWHERE.filter(([, where]) => !where || !readable(where))).toEqual([]);
});

function readable(path: string): boolean {
  return readdirSync(join(ROOT, path, "..")).includes(path.split("/").at(-1) as string);
}

it.each(all.filter((each) => !isElsewhere(each) && !isOfAMove(each)))(
  "$page: $command",
  async ({ command }) => {
    const { status, output } = await type(command);
    expect([command, status, output]).toEqual([command, 0, expect.any(String)]);
  },
);
