import { type RequestMail, type RequestMailDeps, requestMail } from "./request-mail.ts";

/** Requests another mail with a link to verify the address, for example if the first one was lost. */
export function makeResendVerification(deps: RequestMailDeps): RequestMail {
  return (request) => requestMail(deps, "email_verification", request);
}
