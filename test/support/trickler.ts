import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** A server that greets, then says the same over and over, so that no connection ever falls silent. */
export async function startTrickler(
  greeting: string,
  line: string,
): Promise<{ port: number; end(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.write(greeting);
    const timer = setInterval(() => socket.write(line), 20);
    socket.on("data", () => {}).on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      clearInterval(timer);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async end() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
