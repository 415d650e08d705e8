// Runs the Dockerfile's steps without Docker, one by one: each stage on a copy-on-write root over this machine's,
// then the container's command as its user on a read-only root, its health check, a registration, and the stop.
// What it cannot tell: whether the base image has what this machine has. Linux, root and a bounded time.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { DockerfileParser } from "dockerfile-ast";

const REPOSITORY = resolve(import.meta.dirname, "..");

/** What docs say that the service answers without a token, and what it begins with. */
const PAGES = {
  "/health/live": "{",
  "/health/ready": "{",
  "/version": "{",
  "/openapi.json": '{"openapi":"3.1',
  "/docs": "<!doctype html>",
  "/docs/errors": "<!doctype html>",
  "/docs/start.js": "",
  "/docs/swagger-ui.css": ".swagger-ui",
  "/docs/swagger-ui-bundle.js": "",
  "/.well-known/jwks.json": '{"keys":[{',
  "/.well-known/oauth-authorization-server": "{",
};

const OPERATORS_COMMANDS = [
  ["--version"],
  ["config"],
  ["doctor"],
  ["user", "list"],
  ["session", "list", "testUser"],
  ["events"],
  ["keys", "list"],
  ["backup", "/data/backup"],
];

if (process.platform !== "linux" || process.getuid() !== 0) {
  console.error("check:deploy needs Linux and root: it mounts roots for the image's stages.");
  process.exit(1);
}
if (process.argv[2] !== "inside") {
  // mounts of its own, which end with it
  const args = ["--mount", "--propagation", "private", process.execPath, import.meta.filename, "inside"];
  process.exit(spawnSync("unshare", args, { stdio: "inherit" }).status ?? 1);
}

const work = mkdtempSync(join(tmpdir(), "connect-auth-image-"));
process.on("exit", () => {
  execFileSync("umount", ["--recursive", "--lazy", work]);
  rmSync(work, { recursive: true, force: true });
});
execFileSync("mount", ["-t", "tmpfs", "tmpfs", work]);

const stages = new Map();
let stage;
for (const instruction of DockerfileParser.parse(
  readFileSync(join(REPOSITORY, "Dockerfile"), "utf8"),
).getInstructions()) {
  run(instruction);
}
await tryContainer(stage);
console.log("\nThe image's steps and its container work.");

/** One instruction on the stage at hand. */
function run(instruction) {
  const keyword = instruction.getKeyword();
  const rest = instruction.getArgumentsContent() ?? "";
  console.log(`${keyword} ${rest}`);
  const steps = {
    FROM: () => {
      stage = makeStage(`stage${stages.size}`);
      stages.set(instruction.getBuildStage() ?? basename(stage.root), stage);
    },
    ENV: () => {
      for (const each of instruction.getProperties()) stage.env[each.getName()] = each.getValue();
    },
    WORKDIR: () => {
      stage.directory = rest;
      mkdirSync(join(stage.root, rest), { recursive: true });
    },
    COPY: () => copy(instruction),
    RUN: () => inStage(stage, ["sh", "-c", rest]),
    USER: () => Object.assign(stage, { user: rest }),
    VOLUME: () => Object.assign(stage, { volume: rest }),
    STOPSIGNAL: () => Object.assign(stage, { stopSignal: rest }),
    HEALTHCHECK: () => Object.assign(stage, { health: words(instruction) }),
    ENTRYPOINT: () => Object.assign(stage, { entrypoint: words(instruction) }),
    CMD: () => Object.assign(stage, { command: words(instruction) }),
    EXPOSE: () => Object.assign(stage, { port: Number(rest) }),
  };
  if (!(keyword in steps)) throw new Error(`check:deploy does not know ${keyword}: teach it`);
  steps[keyword]();
}

/** The words of an instruction in its JSON form, as Docker reads them. */
function words(instruction) {
  const text = instruction.getRawArgumentsContent();
  return JSON.parse(text.slice(text.indexOf("[")));
}

function makeStage(name) {
  const [root, upper, lower] = ["root", "upper", "work"].map((part) => join(work, name, part));
  for (const path of [root, upper, lower]) mkdirSync(path, { recursive: true });
  const layers = `lowerdir=/,upperdir=${upper},workdir=${lower}`;
  execFileSync("mount", ["-t", "overlay", "overlay", "-o", layers, root]);
  for (const each of ["proc", "dev"]) execFileSync("mount", ["--rbind", `/${each}`, join(root, each)]);
  execFileSync("mount", ["-t", "tmpfs", "tmpfs", join(root, "tmp")]);
  chmodSync(join(root, "tmp"), 0o1777);
  // the base image has this user
  execFileSync("chroot", [root, "sh", "-c", "id node >/dev/null 2>&1 || useradd --create-home node"]);
  return { root, env: {}, directory: "/" };
}

function copy(instruction) {
  const from = instruction.getFlags().find((flag) => flag.getName() === "from");
  const paths = instruction.getArguments().map((argument) => argument.getValue());
  const target = paths.pop();
  const source = from ? stages.get(from.getValue()).root : REPOSITORY;
  for (const path of paths) {
    if (!from) mustBeSent(path);
    const to = join(stage.root, stage.directory, target);
    cpSync(join(source, path), target.endsWith("/") ? join(to, basename(path)) : to, { recursive: true });
  }
}

/** What .dockerignore keeps back is not there to be copied; its patterns are whole names at the top. */
function mustBeSent(path) {
  const lines = readFileSync(join(REPOSITORY, ".dockerignore"), "utf8").split("\n");
  const allowed = lines.filter((line) => line.startsWith("!")).map((line) => line.slice(1));
  if (!allowed.includes(path)) throw new Error(`.dockerignore keeps ${path} from the image`);
}

/** The image's own variables, and how npm reaches its registry from here. */
function variables({ env }, more = {}) {
  const configuration = Object.entries(process.env).filter(([name]) =>
    /^npm_config_|^NODE_EXTRA_CA_CERTS$/.test(name),
  );
  return {
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    ...Object.fromEntries(configuration),
    ...env,
    ...more,
  };
}

/** The arguments that run a command in a stage, as its user. */
function chrooted({ root, directory, user }, command) {
  const as = user
    ? ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups", "--no-new-privs"]
    : [];
  return [root, ...as, "sh", "-c", 'cd "$0" && exec "$@"', directory, ...command];
}

function inStage(at, command, more) {
  return execFileSync("chroot", chrooted(at, command), { stdio: "inherit", env: variables(at, more) });
}

/** Starts the image as `docker run --read-only --cap-drop ALL` would. */
async function tryContainer(image) {
  execFileSync("mount", ["--bind", join(image.root, image.volume), join(image.root, image.volume)]);
  execFileSync("mount", ["-o", "remount,bind,ro", image.root]);
  execFileSync("mount", ["-o", "remount,bind,ro", join(image.root, "tmp")]);
  const port = String(await freePort());
  const env = { PORT: port, HOST: "127.0.0.1" };
  const command = [...image.entrypoint, ...image.command];
  console.log(`\n${command.join(" ")}, as ${image.user}, read-only but for ${image.volume}`);
  const child = spawn("chroot", chrooted(image, command), { stdio: "inherit", env: variables(image, env) });
  const ended = new Promise((resolve) => child.once("close", (code, signal) => resolve(code ?? signal)));
  try {
    await untilHealthy(image, env, child);
    await register(`http://127.0.0.1:${port}`);
    await getAll(`http://127.0.0.1:${port}`);
    for (const command of OPERATORS_COMMANDS) inStage(image, ["node", "dist/main.js", ...command], env);
    mustFail(image, ["touch", "/app/dist/written"]);
    if (readFileSync(`/proc/${child.pid}/status`, "utf8").match(/^Uid:\t0/m))
      throw new Error("it runs as root");
  } finally {
    child.kill(image.stopSignal);
  }
  const status = await ended;
  if (status !== 0) throw new Error(`stopped with ${status}`);
}

async function untilHealthy(image, env, child) {
  for (let tries = 1; ; tries += 1) {
    try {
      inStage(image, image.health, env);
      console.log(`healthy after ${tries} checks`);
      return;
    } catch (error) {
      if (tries === 50 || child.exitCode !== null) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function register(url) {
  const person = { username: "testUser", email: "test@user.com", password: "password" };
  const answer = await fetch(`${url}/api/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(person),
  });
  if (answer.status !== 201) throw new Error(`registering answered ${answer.status}`);
  console.log("registered an account");
}

async function getAll(url) {
  for (const [path, beginning] of Object.entries(PAGES)) {
    const answer = await fetch(`${url}${path}`);
    const text = await answer.text();
    if (answer.status !== 200 || text === "" || !text.toLowerCase().startsWith(beginning)) {
      throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 100)}`);
    }
  }
  console.log(`answers ${Object.keys(PAGES).join(" ")}`);
}

function mustFail(image, command) {
  try {
    execFileSync("chroot", chrooted(image, command), { stdio: "ignore", env: variables(image) });
  } catch {
    return;
  }
  throw new Error(`${command.join(" ")} should not work`);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
