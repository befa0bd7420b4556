interface Kept<Value> {
  value: Promise<Value>;
  atMs: number;
}

/** One load at a time and key, kept for `freshMs`; what failed is not kept; at most 100 keys. */
export function createKeeper<Value>(
  freshMs: number,
  load: (key: string) => Promise<Value>,
): (key: string) => Promise<Value> {
  const kept = new Map<string, Kept<Value>>();
  return (key) => {
    const had = kept.get(key);
    if (had && performance.now() - had.atMs < freshMs) return had.value;
    const value = load(key);
    value.catch(() => kept.delete(key));
    if (kept.size >= 100) kept.clear();
    kept.set(key, { value, atMs: performance.now() });
    return value;
  };
}
