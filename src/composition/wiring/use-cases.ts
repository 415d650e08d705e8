import { noFeatures, type Replace } from "./container.ts";
import { type AccountParts, accounts } from "./features/accounts.ts";
import { type FactorParts, factors } from "./features/factors.ts";
import { type LimitParts, limits } from "./features/limits.ts";
import { type LoginParts, login } from "./features/login.ts";
import { type MailOptions, type MailParts, mail } from "./features/mail.ts";
import { type MaintenanceOptions, type MaintenanceParts, maintenance } from "./features/maintenance.ts";
import { type OperatorParts, operators } from "./features/operators.ts";
import { type RecoveryParts, recovery } from "./features/recovery.ts";
import { type SessionParts, sessions } from "./features/sessions.ts";
import { type Opened, type Shared, shared } from "./features/shared.ts";
import { type TokenOptions, type TokenParts, tokens } from "./features/tokens.ts";

/** The options of all features. */
export interface FeatureOptions extends Opened, TokenOptions, MailOptions, MaintenanceOptions {}

/** All use cases and their dependencies. */
export type UseCases = Shared &
  LimitParts &
  TokenParts &
  MailParts &
  SessionParts &
  LoginParts &
  FactorParts &
  RecoveryParts &
  AccountParts &
  OperatorParts &
  MaintenanceParts;

/**
 * Makes all use cases, feature by feature. Each feature declares the parts of earlier features that it needs.
 * @param replace For tests: replaces a part
 */
export function makeUseCases(options: FeatureOptions, replace?: Replace): UseCases {
  return noFeatures(replace)
    .add(shared(options))
    .add(limits(options))
    .add(tokens(options))
    .add(mail(options))
    .add(sessions(options))
    .add(login(options))
    .add(factors(options))
    .add(recovery())
    .add(accounts(options))
    .add(operators())
    .add(maintenance(options)).all;
}
