import { readConfig } from "../../src/composition/config.ts";
import { type RunningService, startService } from "../../src/composition/service.ts";
import { recordSettings } from "./log-record.ts";
import { FREE_AND_CHEAP } from "./server-process.ts";

/** The real service inside this process, on memory unless the variables say otherwise. */
export function startTestService(env: Record<string, string> = {}): Promise<RunningService> {
  recordSettings(env);
  return startService(
    readConfig({ STORAGE: "memory", PORT: "0", LOG_LEVEL: "trace", ...FREE_AND_CHEAP, ...env }),
  );
}
