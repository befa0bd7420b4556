/** A value that components can follow with `useSyncExternalStore`. */
export interface Store<Value> {
  current: () => Value;
  subscribe: (listener: () => void) => () => void;
  set: (value: Value) => void;
}

/** Makes a store; listeners are called after each change, in the order in which they came. */
export function createStore<Value>(first: Value): Store<Value> {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    current: () => value,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    set: (next) => {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
  };
}
