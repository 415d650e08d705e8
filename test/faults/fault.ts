import { setTimeout } from "node:timers/promises";
import type { Journal } from "./journal.ts";
import type { Random } from "./people.ts";
import type { Scene } from "./scene.ts";

/** A way in which things go wrong, so many times in a row, while people go on. */
export interface Fault {
  readonly name: string;
  readonly storage: string;
  /** How often in the long form. */
  readonly times: number;
  run(random: Random, times: number): Promise<Journal>;
}

export type Disturb = (scene: Scene) => Promise<void>;

/** What processes of one scene that share a storage need to have alike. */
export const SECRET_KEY = "a secret that all servers of a scene have";

const ODD = new URL("./odd-server.ts", import.meta.url).pathname;
const LOADER = new URL("../support/storage-typescript.mjs", import.meta.url).href;
/** Starts the odd server in the place of the service. */
export const ODDLY = ["/bin/sh", "-c", `exec '${process.execPath}' --import '${LOADER}' '${ODD}'`] as const;

/** People go on for a while that nobody can foresee. */
export const aWhile = ({ random }: Scene, most = 400) => setTimeout(50 + random() * most);

/** Disturbs people so many times, each time after a while, and resolves to what was written down. */
export async function play(scene: Scene, times: number, disturb: Disturb): Promise<Journal> {
  for (let time = 0; time < times; time += 1) {
    await aWhile(scene);
    await disturb(scene);
  }
  return scene.end();
}
