import { setTimeout } from "node:timers/promises";
import type { Journal } from "./journal.ts";
import type { Random } from "./people.ts";
import type { Scene } from "./scene.ts";

/** A fault that is repeated while clients go on. */
export interface Fault {
  readonly name: string;
  readonly storage: string;
  /** Repetitions in the long form. */
  readonly times: number;
  run(random: Random, times: number): Promise<Journal>;
}

export type Disturb = (scene: Scene) => Promise<void>;

/** The secret shared by the processes of one scene, which share a storage. */
export const SECRET_KEY = "a secret that all servers of a scene have";

const ODD = new URL("./odd-server.ts", import.meta.url).pathname;
const LOADER = new URL("../support/storage-typescript.mjs", import.meta.url).href;
/** A command that starts the odd server instead of the service. */
export const ODDLY = ["/bin/sh", "-c", `exec '${process.execPath}' --import '${LOADER}' '${ODD}'`] as const;

/** Lets the clients go on for a random time. */
export const aWhile = ({ random }: Scene, most = 400) => setTimeout(50 + random() * most);

/** Disturbs the scene `times` times, each time after a pause. Resolves to the journal. */
export async function play(scene: Scene, times: number, disturb: Disturb): Promise<Journal> {
  for (let time = 0; time < times; time += 1) {
    await aWhile(scene);
    await disturb(scene);
  }
  return scene.end();
}
