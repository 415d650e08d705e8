import { isSameAccount } from "./claims.ts";
import { AuthApiError } from "./errors.ts";
import type { SafeTokens } from "./safe-tokens.ts";
import type { TokenStore, Tokens } from "./tokens.ts";

/** What became of the user of a client. A refresh changes nothing. */
export interface UserChange {
  readonly state: "signed_in" | "signed_out" | "other_user";
  /** Whether a call of this client did it: not another tab or client, and not the service. */
  readonly isOwn: boolean;
}

/** A call of this client, another tab or client, or what the service refused with. */
export type Cause = "own" | "elsewhere" | AuthApiError;

/** Tokens of which every change of user is told, once, whoever made it. */
export interface WatchedTokens {
  /** @param cause Why the user may be gone; another tab or client, unless told otherwise */
  get(cause?: Cause): Promise<Tokens>;
  /** @param cause Why they change; a call of this client, unless told otherwise */
  set(tokens: Tokens, cause?: Cause): Promise<void>;
  clear(cause?: Cause): Promise<void>;
  /** Looks now, and whenever the store says that another changed it. Returns what ends that. @throws as `subscribe` */
  watch(subscribe: TokenStore["subscribe"]): () => void;
}

export interface Listeners {
  readonly onChange: (change: UserChange) => void;
  /** Not called for what this client did itself. */
  readonly onSignedOut: (error: AuthApiError) => void;
}

export function makeWatchedTokens(tokens: SafeTokens, { onChange, onSignedOut }: Listeners): WatchedTokens {
  /** What was there last; nothing before the first look. */
  let seen: Tokens | undefined;

  /** @returns What tells of the change, once it is written */
  function note(now: Tokens, cause: Cause): () => void {
    const state = stateAfter(seen ?? {}, now);
    seen = now;
    if (state === undefined) return () => {};
    // what a callback throws is a fault of its own, and loses no answer
    const tell = (call: () => void) => void Promise.resolve().then(call);
    return () => {
      if (state === "signed_out" && cause !== "own") tell(() => onSignedOut(errorFor(cause)));
      tell(() => onChange({ state, isOwn: cause === "own" }));
    };
  }

  async function get(cause: Cause = "elsewhere"): Promise<Tokens> {
    const found = await tokens.get();
    const latest = tokens.latest();
    // a user who was there from the start is no change
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
