import { type RequestMail, type RequestMailDeps, requestMail } from "./request-mail.ts";

/** Requests another mail with a link to verify the address, such as where the one sent at registration was lost. */
export function makeResendVerification(deps: RequestMailDeps): RequestMail {
  return (request) => requestMail(deps, "email_verification", request);
}
