import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { temporaryDirectory } from "../support/server-process.ts";
import { remotePortsOf } from "../support/worker-processes.ts";
import { type Fault, ODDLY, play } from "./fault.ts";
import { openScene, type SceneServer } from "./scene.ts";

/** Connections that are opened each time. All are open at once: the long form has 1,000. */
const CONNECTIONS = 100;
/** Requests of a connection: enough for its answers to wait, or more than the server lets wait. */
const REQUESTS = [10, 100, 1_000];
const PATHS = ["/docs/swagger-ui-bundle.js", "/api/me"];
/** Bounds of the server's memory, in MiB: the base, and each connection. One answer is 1.7 MiB. */
const MEMORY = { itself: 256, each: 0.75 };
/** The server closes an unread connection after at most 40 seconds; the rest allows for a busy machine. */
const CLOSED_MS = 100_000;
const POLL_MS = 250;

/** Requests large answers, and reads none of them. */
async function openStalled(url: string, index: number): Promise<Socket> {
  const { hostname, port } = new URL(url);
  // a paused socket reads nothing, so it does not notice that the server has closed it
  const socket = connect({ host: hostname, port: Number(port) }).pause();
  await once(socket, "connect");
  socket.on("error", () => {});
  const requests = Array.from(
    { length: REQUESTS[index % REQUESTS.length] as number },
    (_, request) => `GET ${PATHS[request % PATHS.length]} HTTP/1.1\r\nHost: x\r\n\r\n`,
  );
  socket.write(requests.join(""));
  return socket;
}

/** Resident memory of a process in MiB. */
function memoryOf(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Math.round(Number(kib) / 1_024);
}

/** Samples a number repeatedly; `stop` resolves to the largest. */
function watchLargest(sample: () => number): () => number {
  let largest = sample();
  const timer = setInterval(() => {
    largest = Math.max(largest, sample());
  }, POLL_MS);
  return () => {
    clearInterval(timer);
    return largest;
  };
}

/** Clients that pipeline requests and read no answer; `bug` starts the odd server. */
export const stalledReaders = (name: string, bug?: { readonly BUG: string }): Fault => ({
  name,
  storage: "LMDB",
  times: 10,
  async run(random, times) {
    const { path, remove } = temporaryDirectory();
    const scene = await openScene(random, {
      env: { DATA_DIR: path, ...bug },
      under: () => (bug ? ODDLY : []),
    });
    const [server] = scene.servers as [SceneServer];
    const { url, child } = server.process();
    const pid = child.pid as number;
    const stopWatching = watchLargest(() => memoryOf(pid));
    const sockets: Socket[] = [];
    const stillOpen = () => {
      const ports = new Set(remotePortsOf(pid));
      return sockets.filter(({ localPort }) => ports.has(localPort ?? 0)).length;
    };
    const journal = await play(
      {
        ...scene,
        // the others go on until every stalled connection was accepted and closed
        async end() {
          const until = performance.now() + CLOSED_MS;
          const waitWhile = async (isSo: () => boolean) => {
            while (isSo() && performance.now() < until) await setTimeout(POLL_MS);
          };
          await waitWhile(() => stillOpen() === 0);
          const wereOpen = performance.now() < until;
          await waitWhile(() => stillOpen() > 0);
          const { measures } = scene.journal;
          measures.push(
            { what: `stalled connections after ${CLOSED_MS / 1_000} s`, value: stillOpen(), most: 0 },
            {
              what: `memory in MiB for ${sockets.length} stalled connections`,
              value: stopWatching(),
              most: MEMORY.itself + MEMORY.each * sockets.length,
            },
            // without an open stalled connection, nothing was tested
            { what: "stalls that were none", value: wereOpen ? 0 : 1, most: 0 },
          );
          for (const socket of sockets) socket.destroy();
          return scene.end();
        },
      },
      times,
      async () => {
        const opened = Array.from({ length: CONNECTIONS }, (_, index) => openStalled(url, index));
        sockets.push(...(await Promise.all(opened)));
      },
    );
    remove();
    return journal;
  },
});
