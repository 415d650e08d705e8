import { makeListEvents } from "../../../application/audit/list-events.ts";
import { makeCreateUser } from "../../../application/operators/create-user.ts";
import { makeDeleteUser } from "../../../application/operators/delete-user.ts";
import { makeDisableUser } from "../../../application/operators/disable-user.ts";
import { makeEnableUser } from "../../../application/operators/enable-user.ts";
import { makeEndAnySession } from "../../../application/operators/end-any-session.ts";
import { makeListUsers } from "../../../application/operators/list-users.ts";
import { makeMakeResetLink } from "../../../application/operators/make-reset-link.ts";
import { makeResetFactors } from "../../../application/operators/reset-factors.ts";
import { makeSetPassword } from "../../../application/operators/set-password.ts";
import { makeShowUser } from "../../../application/operators/show-user.ts";
import { makeUnlockUser } from "../../../application/operators/unlock-user.ts";
import { makeVerifyUser } from "../../../application/operators/verify-user.ts";
import type { Factories, Made } from "../container.ts";
import type { LimitParts } from "./limits.ts";
import type { MailParts } from "./mail.ts";
import type { Shared } from "./shared.ts";
import type { TokenParts } from "./tokens.ts";

const useCases = {
  listUsers: makeListUsers,
  showUser: makeShowUser,
  createUser: makeCreateUser,
  disableUser: makeDisableUser,
  enableUser: makeEnableUser,
  setPassword: makeSetPassword,
  unlockUser: makeUnlockUser,
  verifyUser: makeVerifyUser,
  deleteUser: makeDeleteUser,
  endAnySession: makeEndAnySession,
  makeResetLink: makeMakeResetLink,
  resetFactors: makeResetFactors,
  listEvents: makeListEvents,
};

export type OperatorParts = Made<typeof useCases>;

export function operators(): Factories<OperatorParts, Shared & LimitParts & TokenParts & MailParts> {
  return useCases;
}
