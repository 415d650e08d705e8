import type { ChildProcess } from "node:child_process";
import { MongoClient } from "mongodb";
import { freshDatabase } from "./storage-mongodb.ts";
import { startProxyProcess, startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/** The URIs of a new database, directly and by a proxy that can be disturbed. */
export interface ProxiedDatabase {
  readonly direct: string;
  readonly proxied: string;
  readonly proxy: TcpProxy;
}

/** The tests' server must be one host of a plain URI, such as the primary of a replica set. */
export async function proxiedDatabase(): Promise<ProxiedDatabase> {
  const direct = freshDatabase();
  const proxy = await startTcpProxy(serverOf(direct));
  return { direct, proxied: viaPort(direct, proxy.port), proxy };
}

/** The same with the proxy a process of its own. */
export async function databaseBehindProcess(): Promise<{
  direct: string;
  proxied: string;
  child: ChildProcess;
}> {
  const direct = freshDatabase();
  const { port, child } = await startProxyProcess(serverOf(direct));
  return { direct, proxied: viaPort(direct, port), child };
}

function serverOf(uri: string): { host: string; port: number } {
  const [server] = new MongoClient(uri).options.hosts;
  return { host: server?.host ?? "", port: server?.port ?? 0 };
}

function viaPort(uri: string, port: number): string {
  const url = new URL(uri);
  url.host = `127.0.0.1:${port}`;
  // a member of a replica set would give the driver its own address, past the proxy
  url.searchParams.set("directConnection", "true");
  return url.href;
}
