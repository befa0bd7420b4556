/**
 * Asks a condition again and again until it holds: tests wait for what they mean, never for a time.
 *
 * A condition that throws counts as not yet; its error is shown when time is up.
 *
 * @returns what the condition returned, once it is neither `false`, `null` nor `undefined`
 * @throws after `timeoutMs`
 */
export async function until<Value>(
  condition: () => Value | Promise<Value>,
  { timeoutMs = 10_000, everyMs = 20, what = 'the condition' } = {},
): Promise<Exclude<Value, false | null | undefined>> {
  const giveUpAt = Date.now() + timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== false && value !== null && value !== undefined) {
        return value as Exclude<Value, false | null | undefined>;
      }
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (Date.now() >= giveUpAt) throw new Error(`${what} does not hold within ${timeoutMs} ms`, { cause });
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
