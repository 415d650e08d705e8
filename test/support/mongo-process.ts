import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { freePort } from "./free-port.ts";
import { temporaryDirectory } from "./server-process.ts";

/** The caller's own MongoDB server, which keeps its port and directory over restarts. */
export interface MongoProcess {
  readonly uri: string;
  readonly child: ChildProcess;
  /** Ends it cleanly: acknowledged writes survive a restart. */
  end(): Promise<void>;
  /** Starts it again after it ended; resolves once it listens. */
  startAgain(): Promise<void>;
  /** Ends it and removes its directory. */
  remove(): Promise<void>;
}

/** The shell command that starts a server with its data in a directory, from `TEST_MONGO_COMMAND`. */
const COMMAND =
  process.env.TEST_MONGO_COMMAND ?? "mongod --port {port} --bind_ip 127.0.0.1 --dbpath {directory}";

/** The shell's exit status for a missing program. */
const NOT_FOUND = 127;

/** Resolves to `undefined` if the program is not installed. */
export async function startMongoProcess(): Promise<MongoProcess | undefined> {
  const directory = temporaryDirectory();
  const port = await freePort();
  const command = COMMAND.replaceAll("{port}", String(port)).replaceAll("{directory}", directory.path);
  const start = () => spawn("/bin/sh", ["-c", `exec ${command}`], { stdio: "ignore" });
  let child = start();
  const end = async () => {
    if (!isRunning(child)) return;
    const ended = once(child, "exit");
    child.kill();
    await ended;
  };
  if ((await listensOrEnds(child, port)) === NOT_FOUND) {
    directory.remove();
    return undefined;
  }
  return {
    uri: `mongodb://127.0.0.1:${port}`,
    get child() {
      return child;
    },
    end,
    async startAgain() {
      child = start();
      await listensOrEnds(child, port);
    },
    async remove() {
      await end();
      directory.remove();
    },
  };
}

const isRunning = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;

/** Resolves once the port accepts connections, or to the exit status of the program. */
async function listensOrEnds(child: ChildProcess, port: number): Promise<number | undefined> {
  while (isRunning(child)) {
    const socket = connect(port, "127.0.0.1");
    const listens = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (listens) return undefined;
    await setTimeout(50);
  }
  if (child.exitCode === NOT_FOUND) return NOT_FOUND;
  throw new Error(`The MongoDB server ended with ${child.exitCode ?? child.signalCode} before it listened`);
}
