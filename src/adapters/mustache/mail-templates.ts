import type { MailTemplates } from "../../application/ports/mail-templates.ts";
import { linkOf, MAIL_KINDS, type MailKind } from "../../domain/mails.ts";
import { type ShownFacts, shownFacts } from "./shown-facts.ts";
import { escapeHtml, makeTemplate, type Template } from "./template.ts";
import { openTemplateFolder, type TemplateFolder } from "./template-folder.ts";

interface MailTemplate {
  readonly subject: string;
  readonly text: Template;
  /** `undefined` for a mail without an HTML part. */
  readonly html: Template | undefined;
}

/** One line without users' names, so that users cannot choose the text of a subject. */
const SUBJECT = /^Subject: ([^\p{C}]*)\n\n/u;
const MAX_SUBJECT = 150;

/**
 * Reads, parses and checks the templates of all mails: those in `directory`, and the built-in ones for mails
 * without a template there. A mail with only a text template in `directory` is sent without HTML, because the
 * built-in HTML would say something else. A `<kind>.txt` begins with `Subject: …` and an empty line; a
 * `<kind>.html` is escaped. Placeholders are Mustache's: `{{app_name}}` (also in a subject), `{{username}}`,
 * `{{email}}`, `{{link}}`, `{{expires}}`, and sections of these. `username` and `email` are empty if they could
 * be mistaken for other text.
 * @throws Error that names the file at fault
 */
export async function openMailTemplates(
  directory?: string,
  appName = "HBTU Connect",
): Promise<MailTemplates> {
  const names = MAIL_KINDS.flatMap((kind) => [`${kind}.txt`, `${kind}.html`]);
  const folder = await openTemplateFolder(names, directory);
  const templates = Object.fromEntries(MAIL_KINDS.map((kind) => [kind, readMail(kind, folder, appName)]));

  return {
    render(kind, facts) {
      const { subject, text, html } = (templates as Record<MailKind, MailTemplate>)[kind];
      const shown = shownFacts(facts, appName);
      if (linkOf(kind) !== null && shown.link === undefined) throw new Error(`A ${kind} mail needs a link`);
      return { subject, text: text.render(shown), html: html?.render(shown) };
    },
  };
}

function readMail(kind: MailKind, folder: TemplateFolder, appName: string): MailTemplate {
  const known: (keyof ShownFacts)[] = ["app_name", "username", "email"];
  const hasLink = linkOf(kind) !== null;
  if (hasLink) known.push("link", "expires");
  const rules = { known, needed: hasLink ? ["link"] : [] };
  const { subject, text } = folder.read(`${kind}.txt`, (content) => {
    const { subject, text } = splitSubject(content, appName);
    return { subject, text: makeTemplate(text, { ...rules, escape: String }) };
  });
  const isTextAlone = folder.isOwn(`${kind}.txt`) && !folder.isOwn(`${kind}.html`);
  if (isTextAlone) return { subject, text, html: undefined };
  const html = folder.read(`${kind}.html`, (content) =>
    makeTemplate(content, { ...rules, escape: escapeHtml }),
  );
  return { subject, text, html };
}

function splitSubject(content: string, appName: string): { subject: string; text: string } {
  const [line = "", rest = ""] = SUBJECT.exec(content) ?? [];
  const subject = rest.trim().replaceAll("{{app_name}}", appName);
  const text = content.slice(line.length);
  if (subject === "" || text.trim() === "")
    throw new Error('it must begin with a line "Subject: …", an empty line, and then text');
  if (subject.length > MAX_SUBJECT) throw new Error(`its subject is longer than ${MAX_SUBJECT} characters`);
  if (subject.includes("{{")) throw new Error("its subject must have no placeholder but {{app_name}}");
  return { subject, text };
}
