import { lookup } from "node:dns/promises";
import net, { isIPv6 } from "node:net";
import { getSystemErrorMap } from "node:util";

/** A port that is bound and not listened on: for processes that listen on it by its descriptor, and may all be gone. */
export interface HeldPort {
  readonly fd: number;
  /** Connections that nobody took are refused from then on, unless another process still listens. */
  close(): void;
}

interface Handle {
  readonly fd: number;
  /** Resolves the address into `out`; a negative number is an error of the system's. */
  getsockname(out: { port?: number }): number;
  close(): void;
}

/**
 * What `node:cluster` binds with. A server would take connections as well, and Node has no other way to bind without
 * that; it is in every version since 0.11, but not documented.
 */
const { _createServerHandle: bind } = net as unknown as {
  _createServerHandle(address: string, port: number, family: 4 | 6): Handle | number;
};

/** Binds the port, any free one for 0. @throws Error where it cannot be had */
export async function holdPort(host: string, port: number): Promise<HeldPort> {
  const { address } = await lookup(host);
  const handle = bind(address, port, isIPv6(address) ? 6 : 4);
  if (typeof handle === "number") throw failure(handle);
  const bound: { port?: number } = {};
  const error = handle.getsockname(bound);
  // that another listens there may be told so late that another port is bound instead
  if (error < 0 || (port !== 0 && bound.port !== port)) {
    handle.close();
    throw error < 0 ? failure(error) : new Error("the address is already in use");
  }
  return { fd: handle.fd, close: () => handle.close() };
}

function failure(error: number): Error {
  return new Error((getSystemErrorMap().get(error) ?? [`error ${error}`]).join(": "));
}
