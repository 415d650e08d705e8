import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript" };

/** A web server of a front end: one page at `/`, and the files of a directory as they are. */
export async function serveFiles(
  directory: string,
  page: string,
): Promise<{ url: string; end(): Promise<unknown> }> {
  const server = createServer(({ url = "/" }, response) => {
    const path = normalize(new URL(url, "http://localhost").pathname);
    try {
      const content = path === "/" ? page : readFileSync(join(directory, path));
      response.setHeader("content-type", TYPES[extname(path) || ".html"] ?? "application/octet-stream");
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    end() {
      server.closeAllConnections();
      server.close();
      return once(server, "close");
    },
  };
}
