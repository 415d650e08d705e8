import { type RunningService, startService } from "../../src/composition/server/service.ts";
import { readConfig } from "../../src/composition/settings/config.ts";
import { registered } from "./api.ts";
import { recordSettings } from "./log-record.ts";
import { FREE_AND_CHEAP } from "./server-process.ts";

/** The real service inside this process, on memory unless the variables say otherwise. */
export function startTestService(env: Record<string, string> = {}): Promise<RunningService> {
  recordSettings(env);
  return startService(
    readConfig({ STORAGE: "memory", PORT: "0", LOG_LEVEL: "trace", ...FREE_AND_CHEAP, ...env }),
  );
}

/** An access token of a service that runs for as long as it takes to make one. */
export async function tokenOf(env: Record<string, string>): Promise<string> {
  const service = await startTestService(env);
  const { access_token: token } = await registered(service.address);
  await service.stop();
  return token;
}
