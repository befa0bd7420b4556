/** What a process that makes loads answers an order with. */
export type LoadAnswer<Result> = { result: Result } | { error: string };

/**
 * Makes this process one that loads are ordered of: one for each message, answered with its result, until nobody listens.
 *
 * @param run  takes what `startLoadProcess` was told that an order is
 */
export function answerOrders(run: (order: never) => Promise<unknown>): void {
  const tell = (answer: LoadAnswer<unknown>): void => void process.send?.(answer);
  process.on('message', (order) => {
    run(order as never).then(
      (result) => tell({ result }),
      (error: unknown) => tell({ error: String(error) }),
    );
  });
  process.once('disconnect', () => process.exit(0));
}
