import { type BeginTotpDeps, makeBeginTotp } from "../../../application/factors/begin-totp.ts";
import { makeConfirmTotp } from "../../../application/factors/confirm-totp.ts";
import { makeListFactors } from "../../../application/factors/list-factors.ts";
import { makeRemoveTotp } from "../../../application/factors/remove-totp.ts";
import { makeRenewRecoveryCodes } from "../../../application/factors/renew-recovery-codes.ts";
import { makeResealFactors } from "../../../application/factors/reseal-factors.ts";
import type { Factories, Made } from "../container.ts";
import type { LimitParts } from "./limits.ts";
import type { LoginParts } from "./login.ts";
import type { MailParts } from "./mail.ts";
import type { Opened, Shared } from "./shared.ts";
import type { TokenParts } from "./tokens.ts";

const useCases = {
  listFactors: makeListFactors,
  beginTotp: makeBeginTotp,
  confirmTotp: makeConfirmTotp,
  removeTotp: makeRemoveTotp,
  renewRecoveryCodes: makeRenewRecoveryCodes,
  resealFactors: makeResealFactors,
};

export interface FactorParts extends Made<typeof useCases>, Pick<BeginTotpDeps, "serviceName"> {}

type On = Shared & LimitParts & TokenParts & MailParts & LoginParts;

export function factors({ config }: Pick<Opened, "config">): Factories<FactorParts, On> {
  return {
    // a colon ends the name in the URI that authenticators read
    serviceName: () => config.APP_NAME.replaceAll(":", " "),
    ...useCases,
  };
}
