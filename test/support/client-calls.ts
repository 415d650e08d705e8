import type { Client } from "../../src/client/client.ts";
import { someone } from "./api.ts";

/** The methods of the typed client that make one call of the service. */
export type ClientCall = Exclude<keyof Client, "isSignedIn" | "fetch" | "close">;

const password = "correct horse";

/** Makes each of them, with all that it takes. */
export const CLIENT_CALLS: Record<ClientCall, (client: Client) => Promise<unknown>> = {
  register: (client) => client.register(someone()),
  login: (client) => client.login({ username: "ada", password }),
  completeLogin: (client) => client.completeLogin({ challenge: "c", code: "123456" }),
  reauthenticate: (client) => client.reauthenticate({ password }),
  listFactors: (client) => client.listFactors(),
  beginTotp: (client) => client.beginTotp(),
  confirmTotp: (client) => client.confirmTotp({ code: "123456" }),
  removeTotp: (client) => client.removeTotp(),
  renewRecoveryCodes: (client) => client.renewRecoveryCodes(),
  me: (client) => client.me(),
  updateProfile: (client) => client.updateProfile({ password, username: "Ada" }),
  changePassword: (client) => client.changePassword({ current_password: password, new_password: password }),
  deleteAccount: (client) => client.deleteAccount({ password }),
  refresh: (client) => client.refresh(),
  logout: (client) => client.logout(),
  logoutAccess: (client) => client.logoutAccess(),
  logoutRefresh: (client) => client.logoutRefresh(),
  logoutOthers: (client) => client.logoutOthers(),
  logoutAll: (client) => client.logoutAll(),
  sessions: (client) => client.sessions(),
  endSession: (client) => client.endSession("1"),
  forgotPassword: (client) => client.forgotPassword({ email: "ada@example.com" }),
  resetPassword: (client) => client.resetPassword({ token: "t", new_password: password }),
  verifyEmail: (client) => client.verifyEmail({ token: "t" }),
  cancelEmailChange: (client) => client.cancelEmailChange({ token: "t" }),
  resendVerification: (client) => client.resendVerification({ email: "ada@example.com" }),
  introspect: (client) => client.introspect({ token: "t" }, { id: "api", secret: "s" }),
  revokeToken: (client) => client.revokeToken("t"),
  jwks: (client) => client.jwks(),
  metadata: (client) => client.metadata(),
  live: (client) => client.live(),
  ready: (client) => client.ready(),
  version: (client) => client.version(),
};
