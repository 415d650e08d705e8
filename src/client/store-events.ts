/** How stores tell clients that what they hold may have changed. A client then looks; what it wrote itself is no news to it. */

export type Listener = () => void;

export interface Listeners {
  tell(): void;
  /** Returns what ends it. */
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

/** Those of one page who have the same item of a storage: its own events are for other pages. */
export function listenersTo(storage: object, key: string): Listeners {
  const ofKey = ofStorage.get(storage) ?? new Map<string, Listeners>();
  const listeners = ofKey.get(key) ?? makeListeners();
  ofStorage.set(storage, ofKey.set(key, listeners));
  return listeners;
}

/** Tells every page of the origin, this one too, where the browser can; elsewhere they find out when they look. */
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

/** When another page changed that item of a storage. */
export function onStorageEvent(key: string, listener: Listener): () => void {
  // without a key, all of them are gone
  return listening(globalThis, "storage", (event) => {
    const changed = (event as StorageEvent).key;
    if (changed === key || changed === null) listener();
  });
}

/** When a page comes back that the browser had frozen or put aside, which may have missed what happened meanwhile. */
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

/** Node and workers have no such events. */
function listening(
  target: Partial<EventTarget> | undefined,
  type: string,
  listener: (event: Event) => void,
): () => void {
  target?.addEventListener?.(type, listener);
  return () => target?.removeEventListener?.(type, listener);
}
