import { type RequestMail, type RequestMailDeps, requestMail } from "./request-mail.ts";

/** Requests a mail with a link to choose a new password. */
export function makeForgotPassword(deps: RequestMailDeps): RequestMail {
  return async (request) => {
    await requestMail(deps, "password_reset", request);
    // without a user: it is looked up only as the mail is delivered, which is another event
    deps.events.report({ type: "password_reset_requested" });
  };
}
