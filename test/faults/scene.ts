import { freePort } from "../support/free-port.ts";
import { FREE_AND_CHEAP, type ServerProcess, startServer } from "../support/server-process.ts";
import { Journal } from "./journal.ts";
import { type Crowd, type Random, startCrowd } from "./people.ts";

const GRACE_MS = 2_000;

/** Servers on one storage, clients of theirs, and the journal. */
export interface Scene {
  readonly random: Random;
  readonly journal: Journal;
  readonly servers: readonly SceneServer[];
  /** Stops the clients and makes the final checks. Resolves to the complete journal. */
  end(): Promise<Journal>;
}

/** A server that can be killed and started again on the same port. */
export interface SceneServer {
  process(): ServerProcess;
  /** Kills it (by SIGKILL unless told otherwise) and starts it again. Disturbs only clients of this server. */
  killAndStart(kill?: (process: ServerProcess) => Promise<unknown>): Promise<void>;
  /** Starts it after it ended by itself. */
  startAgain(): Promise<void>;
}

export interface SceneOptions {
  readonly env: Record<string, string>;
  readonly servers?: number;
  /** A command that starts each server, instead of the usual start. */
  readonly under?: () => readonly string[];
  /** How each server is started, if not with its output recorded. */
  readonly start?: (variables: ServerVariables) => Promise<ServerProcess>;
}

type ServerVariables = Record<string, string> & { readonly PORT: string };

export async function openScene(
  random: Random,
  {
    env,
    servers: count = 1,
    under = () => [],
    start = (variables) => startServer(variables, undefined, under()),
  }: SceneOptions,
): Promise<Scene> {
  const journal = new Journal();
  const settings = {
    ...FREE_AND_CHEAP,
    // one issuer for all servers and ports
    ISSUER: "https://auth.example.org",
    LOG_LEVEL: "warn",
    HASH_QUEUE: "1000",
    REFRESH_ROTATION: "true",
    REFRESH_GRACE: `${GRACE_MS / 1_000}s`,
    ...env,
  };
  const servers: SceneServer[] = [];
  const urls: string[] = [];
  for (let server = 0; server < count; server += 1) {
    const variables = { ...settings, PORT: String(await freePort()) };
    let process = await start(variables);
    urls.push(process.url);
    const startAgain = async () => {
      process = await start(variables);
    };
    servers.push({
      process: () => process,
      startAgain,
      killAndStart: (kill = ({ end }) => end("SIGKILL")) =>
        journal.disturbed({ server }, async () => {
          await kill(process);
          await startAgain();
        }),
    });
  }
  const crowd: Crowd = startCrowd(urls, journal, random);
  return {
    random,
    journal,
    servers,
    async end() {
      await crowd.stop();
      await crowd.examine(GRACE_MS + 500);
      for (const server of servers) await server.process().end();
      return journal;
    },
  };
}
