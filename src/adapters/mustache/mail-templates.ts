import type { MailTemplates } from "../../application/ports/mail-templates.ts";
import type { MailKind } from "../../application/ports/outbox.ts";
import { type ShownFacts, shownFacts } from "./shown-facts.ts";
import { escapeHtml, makeTemplate, type Template } from "./template.ts";
import { openTemplateFolder, type TemplateFolder } from "./template-folder.ts";

/** Which mails there are, and which of them carry a link. */
const HAS_LINK: Record<MailKind, boolean> = {
  password_reset: true,
  email_verification: true,
  email_change: true,
  email_change_requested: true,
  registration: true,
  address_taken: false,
  password_changed: false,
  email_changed: false,
  session_stolen: false,
};
const KINDS = Object.keys(HAS_LINK) as MailKind[];

interface MailTemplate {
  readonly subject: string;
  readonly text: Template;
  readonly html: Template;
}

/** One line, fixed: whoever may choose a name must not choose what a subject says. */
const WITH_SUBJECT = /^Subject: (?<subject>[^\p{C}]*[^\p{C}\s][^\p{C}]*)\n\n(?<text>.*\S.*)$/su;
const MAX_SUBJECT = 150;

/**
 * Reads, parses and checks the templates of all mails: those in `directory`, and for each file that it does
 * not have, the built-in one. A `<kind>.txt` begins with `Subject: …` and an empty line; a `<kind>.html` is
 * escaped. Placeholders are Mustache's: `{{username}}`, `{{email}}`, `{{link}}`, `{{expires}}` and sections
 * of them. `username` and `email` are empty where they could be mistaken for something else.
 * @throws Error that names the file at fault
 */
export async function openMailTemplates(directory?: string): Promise<MailTemplates> {
  const names = KINDS.flatMap((kind) => [`${kind}.txt`, `${kind}.html`]);
  const folder = await openTemplateFolder(names, directory);
  const templates = Object.fromEntries(KINDS.map((kind) => [kind, readMail(kind, folder)]));

  return {
    render(kind, facts) {
      const { subject, text, html } = (templates as Record<MailKind, MailTemplate>)[kind];
      const shown = shownFacts(facts);
      if (HAS_LINK[kind] && shown.link === undefined) throw new Error(`A ${kind} mail needs a link`);
      return { subject, text: text.render(shown), html: html.render(shown) };
    },
  };
}

function readMail(kind: MailKind, folder: TemplateFolder): MailTemplate {
  const known: (keyof ShownFacts)[] = ["username", "email"];
  if (HAS_LINK[kind]) known.push("link", "expires");
  const rules = { known, needed: HAS_LINK[kind] ? ["link"] : [] };
  const { subject, text } = folder.read(`${kind}.txt`, (content) => {
    const { subject, text } = splitSubject(content);
    return { subject, text: makeTemplate(text, { ...rules, escape: String }) };
  });
  const html = folder.read(`${kind}.html`, (content) =>
    makeTemplate(content, { ...rules, escape: escapeHtml }),
  );
  return { subject, text, html };
}

function splitSubject(content: string): { subject: string; text: string } {
  const { subject = "", text = "" } = WITH_SUBJECT.exec(content)?.groups ?? {};
  if (subject === "") throw new Error('it must begin with a line "Subject: …", an empty line, and then text');
  if (subject.length > MAX_SUBJECT) throw new Error(`its subject is longer than ${MAX_SUBJECT} characters`);
  if (subject.includes("{{")) throw new Error("its subject must have no placeholders");
  return { subject: subject.trim(), text };
}
