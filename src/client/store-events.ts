/**
 * Events by which stores notify clients of possible changes. A client then reads the store; its own writes are
 * no changes to it.
 */

export type Listener = () => void;

export interface Listeners {
  tell(): void;
  /** Returns a function that removes the listener. */
  add(listener: Listener): () => void;
}

export function makeListeners(): Listeners {
  const listeners = new Map<object, Listener>();
  return {
    tell() {
      for (const listener of [...listeners.values()]) listener();
    },
    add(listener) {
      const own = {};
      listeners.set(own, listener);
      return () => void listeners.delete(own);
    },
  };
}

const ofStorage = new WeakMap<object, Map<string, Listeners>>();

/** The listeners of one page to the same item of a storage, whose own events only reach other pages. */
export function listenersTo(storage: object, key: string): Listeners {
  const ofKey = ofStorage.get(storage) ?? new Map<string, Listeners>();
  const listeners = ofKey.get(key) ?? makeListeners();
  ofStorage.set(storage, ofKey.set(key, listeners));
  return listeners;
}

/**
 * Notifies every page of the origin, including this one, if the browser supports it. Otherwise pages notice at
 * their next read.
 */
export function broadcast(name: string): void {
  const channel = channelOf(name);
  channel?.postMessage("changed");
  channel?.close();
}

export function onBroadcast(name: string, listener: Listener): () => void {
  const channel = channelOf(name);
  channel?.addEventListener("message", listener);
  return () => channel?.close();
}

function channelOf(name: string): BroadcastChannel | undefined {
  try {
    const channel = new BroadcastChannel(name);
    // in Node, it would keep the process alive
    (channel as { unref?: () => void }).unref?.();
    return channel;
  } catch {
    return undefined;
  }
}

/** Calls the listener when another page has changed this item of a storage. */
export function onStorageEvent(key: string, listener: Listener): () => void {
  // without a key, all items were removed
  return listening(globalThis, "storage", (event) => {
    const changed = (event as StorageEvent).key;
    if (changed === key || changed === null) listener();
  });
}

/** Calls the listener when the browser resumes a frozen or cached page, which may have missed changes. */
export function onPageBack(listener: Listener): () => void {
  const stopListening = [
    listening(globalThis, "pageshow", listener),
    listening(globalThis.document, "visibilitychange", () => {
      if (document.visibilityState === "visible") listener();
    }),
  ];
  return () => {
    for (const stop of stopListening) stop();
  };
}

/** Adds an event listener where there are such events; Node and workers have none. */
function listening(
  target: Partial<EventTarget> | undefined,
  type: string,
  listener: (event: Event) => void,
): () => void {
  target?.addEventListener?.(type, listener);
  return () => target?.removeEventListener?.(type, listener);
}
