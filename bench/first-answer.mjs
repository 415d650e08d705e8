import { send } from "./load.mjs";
import { startService } from "./processes.mjs";

/** Starts the service with these variables. Resolves to it, and to the time from the command to its first answer, in ms. */
export async function startedUntilAnswer(env) {
  const began = performance.now();
  const service = await startService(env);
  const { status } = await send(`${service.url}/api/me`);
  const ms = performance.now() - began;
  if (status !== 401) throw new Error(`The first answer was ${status}`);
  return { service, ms };
}
