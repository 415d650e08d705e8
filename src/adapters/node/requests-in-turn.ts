import { IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

export interface WaitingLimits {
  /** Requests of one connection that wait while one of it is answered. */
  readonly each: number;
  /** The same of all connections together. */
  readonly all: number;
}

/**
 * To be given to the server. Node.js makes requests of all that is in a packet, also when the first of them closed
 * the connection; it stops only where one changes the protocol, so those say that they do. A thousand requests too
 * many take 0.5 ms that way instead of 20.
 */
export class StoppingRequest extends IncomingMessage {
  get upgrade(): boolean {
    return this.method === "CONNECT" || this.socket.destroyed;
  }

  /** Node.js sets what the header `Upgrade` asks for, which is for the server to ignore (RFC 9110, section 7.8). */
  set upgrade(_: boolean | null) {}
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface Connection {
  /** The request that came last, answered or not. */
  latest: Exchange | undefined;
  /** The one that is being answered. */
  current: Exchange | undefined;
  readonly waiting: Exchange[];
  /** What ends the connection once all that came before it is answered. */
  ending: (() => void) | undefined;
}

/**
 * Answers the requests of one connection one after the other. Node.js starts all that were pipelined at the same
 * time, and keeps each answer until those before it were taken: here one connection holds one answer at most.
 * A connection with more requests waiting than the limits allow is closed, which clients that pipeline must
 * expect (RFC 9112, section 9.3.2).
 */
export function requestsInTurn(handle: RequestListener, limits: WaitingLimits) {
  const connections = new WeakMap<Socket, Connection>();
  /** In the order in which they became idle. */
  const idle = new Set<Socket>();
  let waitingOfAll = 0;

  function opened(socket: Socket): Connection {
    const connection: Connection = { latest: undefined, current: undefined, waiting: [], ending: undefined };
    connections.set(socket, connection);
    socket.once("close", () => {
      idle.delete(socket);
      waitingOfAll -= connection.waiting.splice(0).length;
    });
    return connection;
  }

  function take(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    // what stood in the same packet as a request too many
    if (socket.destroyed) return;
    const connection = connections.get(socket) ?? opened(socket);
    const exchange = { request, response };
    connection.latest = exchange;
    idle.delete(socket);
    if (connection.current === undefined) {
      answer(socket, connection, exchange);
    } else if (connection.waiting.length >= limits.each || waitingOfAll >= limits.all) {
      socket.destroy();
    } else {
      connection.waiting.push(exchange);
      waitingOfAll += 1;
    }
  }

  function answer(socket: Socket, connection: Connection, exchange: Exchange): void {
    connection.current = exchange;
    // it was closed, or what came next was refused, since its turn came
    if (!socket.writable) return;
    exchange.response.once("close", () => goOn(socket, connection));
    handle(exchange.request, exchange.response);
  }

  function goOn(socket: Socket, connection: Connection): void {
    connection.current = undefined;
    if (socket.destroyed) return;
    const next = connection.waiting.shift();
    if (next !== undefined) {
      waitingOfAll -= 1;
      connection.current = next;
      // not before other connections had their turn
      setImmediate(answer, socket, connection, next);
    } else if (connection.ending) connection.ending();
    else idle.add(socket);
  }

  return {
    take,

    /** Whether a request of the connection is being answered. */
    isBusy: (socket: Socket): boolean => connections.get(socket)?.current !== undefined,

    /** The connection that has had nothing to do for the longest time. */
    longestIdle: (): Socket | undefined => idle.values().next().value,

    /**
     * What arrived on the connection cannot be read any further: `refuse` answers that, in the place of the request
     * that it belongs to. Nothing is sent where an answer to that request was begun.
     */
    refuseInTurn(socket: Socket, refuse: () => void): void {
      const connection = connections.get(socket) ?? opened(socket);
      if (connection.ending) return;
      connection.ending = refuse;
      const { latest, current, waiting } = connection;
      const isWithin = latest !== undefined && !latest.request.complete;
      if (isWithin && waiting.at(-1) === latest) {
        waiting.pop();
        waitingOfAll -= 1;
      } else if (isWithin && latest.response.headersSent) socket.destroy();
      else if (isWithin || current === undefined) refuse();
    },
  };
}
