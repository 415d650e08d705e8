import * as answers from "./answers.ts";
import type { Calls } from "./call.ts";

/** As `session-routes.ts` answers them. */
export const sessionCalls: Calls = {
  "POST /api/token/refresh": {
    id: "refresh",
    summary: "Get a new access token",
    needs: "refresh",
    answers: { 200: answers.refreshGrant },
    refusals: ["reused_token", "too_many_attempts", "signing_key_not_yet_valid"],
  },
  "GET /api/token/refresh": {
    id: "refreshByGet",
    summary: "The same, as the app's front end asks for it",
    needs: "refresh",
    answers: { 200: answers.refreshGrant },
    refusals: ["reused_token", "too_many_attempts", "signing_key_not_yet_valid"],
  },
  "POST /api/logout": {
    id: "logout",
    summary: "End this session; a token that has expired will do",
    needs: "either",
    answers: { 200: answers.done("Logged out") },
  },
  "POST /api/logout/access": {
    id: "logoutAccess",
    summary: "Revoke this access token",
    needs: "access",
    answers: { 200: answers.done("Access token has been Revoked") },
    refusals: ["too_many_attempts"],
  },
  "POST /api/logout/refresh": {
    id: "logoutRefresh",
    summary: "Let this session refresh no more; its access tokens live on",
    needs: "refresh",
    answers: { 200: answers.done("refresh token has been Revoked") },
    refusals: ["reused_token"],
  },
  "POST /api/logout/others": {
    id: "logoutOthers",
    summary: "End every session but this one",
    needs: "access",
    answers: { 200: answers.doneTo("All other sessions have ended") },
  },
  "POST /api/logout/all": {
    id: "logoutAll",
    summary: "End every session, this one too",
    needs: "access",
    answers: { 200: answers.doneTo("All sessions have ended") },
  },
  "GET /api/sessions": {
    id: "sessions",
    summary: "One's sessions",
    needs: "access",
    answers: { 200: answers.sessionList },
  },
  "DELETE /api/sessions/{id}": {
    id: "endSession",
    summary: "End one of one's sessions",
    needs: "access",
    answers: { 204: null },
    refusals: ["not_found"],
  },
};
