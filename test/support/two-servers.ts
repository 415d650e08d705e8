import { FREE_AND_CHEAP, type ServerProcess, startServer } from "./server-process.ts";
import type { sharedStorages } from "./storage-choices.ts";

export interface TwoServers {
  readonly urls: readonly [string, string];
  /** The variables that both were started with. */
  readonly env: Record<string, string>;
  end(): Promise<void>;
}

/** Two processes of the service, started at the same time on one empty storage. */
export async function startTwoServers(
  { open }: (typeof sharedStorages)[number],
  settings: Record<string, string> = {},
): Promise<TwoServers> {
  const storage = open();
  const env = { ...storage.env, ...FREE_AND_CHEAP, HASH_QUEUE: "1000", ...settings };
  const servers: [ServerProcess, ServerProcess] = await Promise.all([startServer(env), startServer(env)]);
  return {
    urls: [servers[0].url, servers[1].url],
    env,
    async end() {
      await Promise.all(servers.map((server) => server.end()));
      await storage.remove();
    },
  };
}
