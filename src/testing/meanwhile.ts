type Call = (...args: never[]) => unknown;
type Method<Target> = { [Name in keyof Target]: Target[Name] extends Call ? Name : never }[keyof Target];

/**
 * The same object, but just before (or right after) a call of one of its methods something else happens: what a race
 * needs luck for happens for sure.
 *
 * @param which      picks calls by their arguments; all when not given
 * @param everyTime  whether it happens at each such call, not at the first only
 */
export function meanwhile<Target extends object>(
  target: Target,
  method: Method<Target>,
  happens: () => Promise<unknown>,
  {
    which = () => true,
    after = false,
    everyTime = false,
  }: { which?: (args: readonly unknown[]) => boolean; after?: boolean; everyTime?: boolean } = {},
): Target {
  let isDone = false;
  return new Proxy(target, {
    get(_target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...args: unknown[]) => unknown;
      if (name !== method) return call;
      return async (...args: unknown[]) => {
        if (isDone || !which(args)) return call(...args);
        isDone = !everyTime;
        if (!after) await happens();
        const result = await call(...args);
        if (after) await happens();
        return result;
      };
    },
  });
}
