import { expect, it } from "vitest";
import { settingsSchema } from "../src/composition/settings/settings.ts";
import { mustBeAsMade } from "./support/generated.ts";
import { read } from "./support/project.ts";
import { configurationPage, errorsPage } from "./support/reference.ts";

it.each([
  ["docs/reference/configuration.md", configurationPage],
  ["docs/reference/errors.md", errorsPage],
])("%s is as it is made", async (path, make) => {
  await mustBeAsMade(path, make(), "test/reference.test.ts");
});

it("docs/api.md has every notice and every page of mailed links in its table of mail", () => {
  const named = [...read("docs/api.md").matchAll(/^\| (`[A-Z_`, ]+`) \|/gm)].flatMap(([, names = ""]) =>
    names.match(/\w+/g),
  );
  const ofMail = Object.keys(settingsSchema.shape).filter((name) => /^NOTICE_|^(?!SMTP).*_URL$/.test(name));
  expect(ofMail.length).toBeGreaterThan(6);
  expect(named).toEqual(expect.arrayContaining(ofMail));
});
