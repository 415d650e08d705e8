import { setTimeout as after } from "node:timers/promises";
import type { DeliverMails } from "../../application/mail/deliver-mails.ts";
import type { Mail, Mailer } from "../../application/ports/mailer.ts";
import type { TestMail, TestMails } from "./test-auth.ts";

const WAIT_MS = 5_000;
const LOOK_EVERY_MS = 10;

export function makeTestMailbox() {
  const mails: TestMail[] = [];
  const taken = new Set<TestMail>();
  const mailer: Mailer = {
    async send(mail) {
      mails.push({ ...mail, ...linkIn(mail) });
    },
  };

  /** @param deliver Sends waiting mails */
  function open(deliver: DeliverMails): TestMails & {
    /** Removes the next mail to that address and returns its token. */
    takeOut(to: string): Promise<string | undefined>;
  } {
    const isTo = (to: string | undefined) => (mail: TestMail) => to === undefined || mail.to === to;

    async function next(to?: string): Promise<TestMail> {
      for (let waitedMs = 0; waitedMs <= WAIT_MS; waitedMs += LOOK_EVERY_MS) {
        await deliver();
        const mail = mails.filter(isTo(to)).find((each) => !taken.has(each));
        if (mail) {
          taken.add(mail);
          return mail;
        }
        await after(LOOK_EVERY_MS);
      }
      throw new Error(`No mail${to === undefined ? "" : ` to ${to}`} came within ${WAIT_MS / 1_000} s`);
    }

    return {
      next,
      async all(to) {
        await deliver();
        return mails.filter(isTo(to));
      },
      async takeOut(to) {
        const mail = await next(to);
        mails.splice(mails.indexOf(mail), 1);
        taken.delete(mail);
        return mail.token;
      },
    };
  }

  return { mailer, open };
}

function linkIn({ text }: Mail): Pick<TestMail, "link" | "token"> {
  for (const [link] of text.matchAll(/https?:\/\/[^\s<>"]+/g)) {
    const token = URL.canParse(link) && new URL(link).searchParams.get("token");
    if (token) return { link, token };
  }
  return { link: undefined, token: undefined };
}
