import { registrationSeal } from "../../../adapters/jose/registration-seal.ts";
import { keyedLinkSecrets } from "../../../adapters/node/link-secrets.ts";
import { type DeliverMailsDeps, makeDeliverMails } from "../../../application/mail/deliver-mails.ts";
import type { MailTemplates } from "../../../application/ports/mail-templates.ts";
import type { Mailer } from "../../../application/ports/mailer.ts";
import type { Factories, Made } from "../container.ts";
import { linkInto, noticesOf } from "../mail-settings.ts";
import { keysFor } from "../secrets.ts";
import type { Opened, Shared } from "./shared.ts";

const useCases = { deliverMails: makeDeliverMails };

export interface MailParts
  extends Made<typeof useCases>,
    Pick<
      DeliverMailsDeps,
      "linkSecrets" | "linkTo" | "mailer" | "mailTemplates" | "notices" | "registrationSeal"
    > {}

export interface MailOptions extends Pick<Opened, "config" | "secrets"> {
  readonly mail: { readonly mailer: Mailer; readonly templates: MailTemplates };
}

export function mail({ config, secrets, mail }: MailOptions): Factories<MailParts, Shared> {
  return {
    mailer: () => mail.mailer,
    mailTemplates: () => mail.templates,
    notices: () => noticesOf(config),
    linkSecrets: () => keyedLinkSecrets(keysFor("mailed-links", secrets)),
    registrationSeal: () => registrationSeal(keysFor("registrations", secrets)),
    linkTo: () => (purpose, secret) => linkInto(config, purpose, secret),
    ...useCases,
  };
}
