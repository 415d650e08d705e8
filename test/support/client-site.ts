import type { Browser } from "playwright-core";
import type { RunningService } from "../../src/composition/server/service.ts";
import { startBrowser } from "./browser.ts";
import { startTestService } from "./service.ts";
import { serveFiles } from "./static-files.ts";
import { CLIENT_SETTINGS } from "./typed-client.ts";

/** A page with the client in it, the service that it calls from another origin, and a browser to open it in. */
export interface ClientSite {
  readonly browser: Browser;
  readonly service: RunningService;
  readonly url: string;
  end(): Promise<void>;
}

/** Serves the files of a folder and the page at `/`. */
export async function openClientSite(folder: string, page: string): Promise<ClientSite> {
  const site = await serveFiles(folder, page);
  const [browser, service] = await Promise.all([
    startBrowser(),
    startTestService({ ...CLIENT_SETTINGS, CORS_ORIGINS: site.url }),
  ]);
  return {
    browser,
    service,
    url: site.url,
    async end() {
      await browser.close();
      await service.stop();
      await site.end();
    },
  };
}
