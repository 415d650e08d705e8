import { isSameAccount } from "./claims.ts";
import { AuthApiError } from "./errors.ts";
import type { SafeTokens } from "./safe-tokens.ts";
import type { TokenStore, Tokens } from "./tokens.ts";

/** A change of a client's user. A refresh is no change. */
export interface UserChange {
  readonly state: "signed_in" | "signed_out" | "other_user";
  /** Whether a call of this client caused it, and not another tab or client or the service. */
  readonly isOwn: boolean;
}

/** The cause of a change: a call of this client, another tab or client, or the service's refusal. */
export type Cause = "own" | "elsewhere" | AuthApiError;

/** Tokens that report every change of user once, whatever caused it. */
export interface WatchedTokens {
  /** @param cause Why the user may be gone. Default: another tab or client */
  get(cause?: Cause): Promise<Tokens>;
  /** @param cause Why they change. Default: a call of this client */
  set(tokens: Tokens, cause?: Cause): Promise<void>;
  clear(cause?: Cause): Promise<void>;
  /**
   * Checks for a change now and whenever the store reports one. Returns a function that stops this. @throws the
   * errors of `subscribe`
   */
  watch(subscribe: TokenStore["subscribe"]): () => void;
}

export interface Listeners {
  readonly onChange: (change: UserChange) => void;
  /** Not called for changes by this client itself. */
  readonly onSignedOut: (error: AuthApiError) => void;
}

export function makeWatchedTokens(tokens: SafeTokens, { onChange, onSignedOut }: Listeners): WatchedTokens {
  /** The tokens last seen; `undefined` before the first read. */
  let seen: Tokens | undefined;

  /** @returns A function that reports the change once it is written */
  function note(now: Tokens, cause: Cause): () => void {
    const state = stateAfter(seen ?? {}, now);
    seen = now;
    if (state === undefined) return () => {};
    // an error of a callback is reported separately and does not lose the answer
    const tell = (call: () => void) => void Promise.resolve().then(call);
    return () => {
      if (state === "signed_out" && cause !== "own") tell(() => onSignedOut(errorFor(cause)));
      tell(() => onChange({ state, isOwn: cause === "own" }));
    };
  }

  async function get(cause: Cause = "elsewhere"): Promise<Tokens> {
    const found = await tokens.get();
    const latest = tokens.latest();
    // a user who was signed in from the start is no change
    seen ??= latest;
    note(latest, cause)();
    return found;
  }

  async function set(next: Tokens, cause: Cause = "own"): Promise<void> {
    const tell = note(next, cause);
    await tokens.set(next);
    tell();
  }

  return {
    get,
    set,
    clear: (cause) => set({}, cause),
    watch(subscribe) {
      const look = () => void get();
      look();
      return subscribe?.(look) ?? (() => {});
    },
  };
}

function stateAfter(before: Tokens, now: Tokens): UserChange["state"] | undefined {
  if (isSignedIn(before) !== isSignedIn(now)) return isSignedIn(now) ? "signed_in" : "signed_out";
  return isSignedIn(now) && !isSameAccount(before, now) ? "other_user" : undefined;
}

function errorFor(cause: AuthApiError | "elsewhere"): AuthApiError {
  if (cause !== "elsewhere") return cause;
  return new AuthApiError("missing_token", 0, "Another tab or client signed out");
}

/** Whether there are tokens to call with. */
export function isSignedIn({ access_token, refresh_token }: Tokens): boolean {
  return access_token !== undefined || refresh_token !== undefined;
}
