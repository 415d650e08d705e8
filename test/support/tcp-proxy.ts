import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";

/** A TCP proxy that can disturb the connections to a server. */
export interface TcpProxy {
  readonly port: number;
  /** Breaks all connections and refuses new ones, as if no server listened. */
  cut(): Promise<void>;
  /** Forwards nothing, also in new connections, and breaks none: a stopped process, a pulled cable. */
  pause(): void;
  /** Forwards requests to the server, but none of its answers. */
  pauseAnswers(): void;
  /** Delays all data by `ms` in both directions. */
  delay(ms: number): void;
  /** Ends the disturbance. Held data arrives now. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let paused: "nothing" | "answers" | "all" = "nothing";
  let delayMs = 0;

  const listener = createServer({ noDelay: true }, (client) => {
    const pair = { client, server: connect({ ...target, noDelay: true }) };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      pair.server.destroy();
    };
    for (const socket of [client, pair.server]) socket.on("error", end).on("close", end);
    pass(client, pair.server);
    pass(pair.server, client);
    applyTo(pair);
  });

  function pass(from: Socket, to: Socket) {
    let before: Promise<unknown> = Promise.resolve();
    from.on("data", (chunk) => {
      if (delayMs === 0) to.write(chunk);
      else before = Promise.all([before, setTimeout(delayMs)]).then(() => to.write(chunk));
    });
  }

  function applyTo({ client, server }: Pair) {
    if (paused === "all") client.pause();
    else client.resume();
    if (paused === "nothing") server.resume();
    else server.pause();
  }

  function pauseTo(which: typeof paused) {
    paused = which;
    for (const pair of pairs) applyTo(pair);
  }

  async function listen(port: number) {
    listener.listen(port, "127.0.0.1");
    await once(listener, "listening");
    return (listener.address() as AddressInfo).port;
  }

  async function cut() {
    if (!listener.listening) return;
    listener.close();
    for (const { client } of pairs) client.destroy();
    await once(listener, "close");
  }

  const port = await listen(0);
  return {
    port,
    cut,
    pause: () => pauseTo("all"),
    pauseAnswers: () => pauseTo("answers"),
    delay: (ms) => {
      delayMs = ms;
    },
    async resume() {
      delayMs = 0;
      pauseTo("nothing");
      if (!listener.listening) await listen(port);
    },
    close: cut,
  };
}

/** A proxy as a separate process, which SIGSTOP can stop: then the server behind it seems stopped. */
export async function startProxyProcess(target: {
  host: string;
  port: number;
}): Promise<{ port: number; child: ChildProcess }> {
  const child = spawn(process.execPath, ["-e", PROXY_PROGRAM, target.host, String(target.port)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await once(child.stdout, "data");
  return { port: Number(port), child };
}

const PROXY_PROGRAM = `
  const { connect, createServer } = require("node:net");
  const [, host, port] = process.argv;
  const listener = createServer((client) => {
    const server = connect({ host, port });
    client.pipe(server).pipe(client);
    for (const [one, other] of [[client, server], [server, client]]) {
      one.on("error", () => {}).on("close", () => other.destroy());
    }
  });
  listener.listen(0, "127.0.0.1", () => console.log(listener.address().port));
`;
