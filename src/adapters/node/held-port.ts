import { lookup } from "node:dns/promises";
import net, { isIPv6 } from "node:net";
import { getSystemErrorMap } from "node:util";

/**
 * A port that is bound but not listened on. Processes listen on it by its descriptor; it stays bound while none
 * of them runs.
 */
export interface HeldPort {
  readonly fd: number;
  /** Closes the port. Connections not yet accepted are refused unless another process still listens. */
  close(): void;
}

interface Handle {
  readonly fd: number;
  /** Writes the address into `out`. A negative result is a system error. */
  getsockname(out: { port?: number }): number;
  close(): void;
}

/**
 * The function with which `node:cluster` binds. A server would also accept connections, and Node has no other
 * way to bind without listening. It has existed since version 0.11, but is not documented.
 */
const { _createServerHandle: bind } = net as unknown as {
  _createServerHandle(address: string, port: number, family: 4 | 6): Handle | number;
};

/** Binds the port, or any free one for 0. @throws Error if it cannot be bound */
export async function holdPort(host: string, port: number): Promise<HeldPort> {
  const { address } = await lookup(host);
  const handle = bind(address, port, isIPv6(address) ? 6 : 4);
  if (typeof handle === "number") throw failure(handle);
  const bound: { port?: number } = {};
  const error = handle.getsockname(bound);
  // the system may report late that the port is taken, after another port was bound instead
  if (error < 0 || (port !== 0 && bound.port !== port)) {
    handle.close();
    throw error < 0 ? failure(error) : new Error("the address is already in use");
  }
  return { fd: handle.fd, close: () => handle.close() };
}

function failure(error: number): Error {
  return new Error((getSystemErrorMap().get(error) ?? [`error ${error}`]).join(": "));
}
