import type { ChildProcess } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { registered } from "../support/api.ts";
import { freePort } from "../support/free-port.ts";
import { FREE_AND_CHEAP, runToExit, startServer, temporaryDirectory } from "../support/server-process.ts";

interface Start {
  readonly dataDirectory: string;
  readonly port: number;
}

/** Points of a start that are visible from outside. */
const POINTS: Record<string, (start: Start) => boolean | Promise<boolean>> = {
  "has made its directory": ({ dataDirectory }) => existsSync(dataDirectory),
  "has made its secret": ({ dataDirectory }) => existsSync(join(dataDirectory, "secret.key")),
  "has opened its store": ({ dataDirectory }) => existsSync(join(dataDirectory, "data.mdb")),
  "has bound its port": ({ port }) => isBound(port),
};

function isBound(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

const cases = ["1", "2"].flatMap((workers) =>
  Object.keys(POINTS).flatMap((point) =>
    (["SIGTERM", "SIGINT"] as const).map((signal) => ({ workers, point, signal })),
  ),
);

it.each(cases)(
  "WORKERS=$workers that $point ends in order by $signal",
  async ({ workers, point, signal }) => {
    const directory = temporaryDirectory();
    const start = { dataDirectory: join(directory.path, "data"), port: await freePort() };
    const env = { ...FREE_AND_CHEAP, DATA_DIR: start.dataDirectory, WORKERS: workers };
    const stopAt = async (child: ChildProcess) => {
      while (!(await POINTS[point]?.(start))) await setImmediate();
      child.kill(signal);
    };
    const { status, output } = await runToExit({ ...env, PORT: String(start.port) }, directory.path, stopAt);
    expect({ status, output }).toMatchObject({ status: 0 });

    // nothing half-made is left, and the rest can be used
    const made = existsSync(start.dataDirectory) ? readdirSync(start.dataDirectory) : [];
    expect(made.filter((name) => !/^(secret\.key|data\.mdb|lock\.mdb|data\.mdb-lock)$/.test(name))).toEqual(
      [],
    );
    const again = await startServer(env, directory.path);
    await registered(again.url);
    await again.end();
    directory.remove();
  },
);
