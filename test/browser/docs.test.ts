import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunningService } from "../../src/composition/server/service.ts";
import { someone } from "../support/api.ts";
import { hasBrowser, startBrowser } from "../support/browser.ts";
import { startTestService } from "../support/service.ts";

describe.runIf(hasBrowser("the test of the page at /docs"))("the page at /docs", () => {
  let service: RunningService;
  let browser: Browser;
  beforeAll(async () => {
    service = await startTestService();
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await service.stop();
  });

  /** The page, with its requests to other origins and its errors. */
  async function openPage(path: string) {
    const page = await browser.newPage({ viewport: { width: 1_200, height: 1_400 } });
    const faults: string[] = [];
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== service.address) faults.push(`asked for ${request.url()}`);
    });
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    page.on("pageerror", (error) => faults.push(error.message));
    await page.goto(service.address + path);
    return { page, faults };
  }

  /** Opens a call, sends it and resolves to the status and body that the page shows. */
  async function execute(page: Page, id: string, body?: object) {
    const call = page.locator(`[id$="-${id}"].opblock`);
    if (!(await call.locator(".opblock-body").isVisible()))
      await call.locator(".opblock-summary-control").click();
    if (body) await call.locator("textarea.body-param__text").fill(JSON.stringify(body));
    const answered = page.waitForResponse((response) => response.request().resourceType() === "fetch");
    await call.getByRole("button", { name: "Execute" }).click();
    const response = await answered;
    const shown = call.locator(".live-responses-table tr.response td.response-col_status").first();
    await expect.poll(() => shown.innerText()).toContain(String(response.status()));
    return { status: response.status(), body: await response.json() };
  }

  /** Types a token into the page's form for it. */
  async function authorize(page: Page, token: string) {
    await page.locator(".auth-wrapper .authorize").first().click();
    const form = page.locator(".auth-container", { hasText: "access_token" }).first();
    await form.locator("input").fill(token);
    await form.getByRole("button", { name: "Apply credentials" }).click();
    await page.getByRole("button", { name: "Close" }).first().click();
  }

  it("registers, shows the user and logs out, by clicks alone and without requests to other origins", async () => {
    const { page, faults } = await openPage("/docs");
    const person = someone();
    const registered = await execute(page, "register", person);
    expect(registered.status).toBe(201);
    expect((await execute(page, "me")).body.code).toBe("missing_token");
    await authorize(page, registered.body.access_token);
    const me = await execute(page, "me");
    expect([me.status, me.body.email]).toEqual([200, person.email]);
    const screenshot = process.env.SCREENSHOT;
    if (screenshot) await page.screenshot({ path: screenshot, fullPage: true });
    expect((await execute(page, "logout")).status).toBe(200);
    expect((await execute(page, "me")).body.code).toBe("revoked_token");
    // the browser reports each 401 by itself
    expect(faults.filter((fault) => !fault.includes("status of 401"))).toEqual([]);
    await page.close();
  });

  it("forgets the token with the page", async () => {
    const { page } = await openPage("/docs");
    await page.locator(".opblock").first().waitFor();
    expect((await execute(page, "me")).body.code).toBe("missing_token");
    expect(
      await page.evaluate("JSON.stringify([localStorage.length, sessionStorage.length, document.cookie])"),
    ).toBe('[0,0,""]');
    await page.close();
  });

  it("has a page that explains the errors, at the place where problems point", async () => {
    const { page, faults } = await openPage("/docs/errors#expired_token");
    expect(await page.locator("#expired_token + dd").innerText()).toContain("refresh once");
    await page.getByRole("link", { name: "docs" }).click();
    await page.locator(".opblock").first().waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });
});
