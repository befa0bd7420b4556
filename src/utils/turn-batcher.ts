/** A batch waits for so many turns of the event loop at most; twelve and 64 made no larger batches (docs/decisions/0054). */
const MOST_TURNS = 8;

/**
 * Gathers items by key for as long as each turn of the event loop brings more of them, then hands each key's items over
 * in order of arrival.
 *
 * `setImmediate` runs right after the poll phase, in which every socket that had bytes was read. A crowd's requests
 * come over several turns, for whoever sends them needs the processor too; a lone request waits for one turn in which
 * nothing comes, some microseconds of an idle process.
 *
 * @param most   items a batch at most; more make further batches in the same turn
 * @param flush  called with 1–`most` items
 */
export function createTurnBatcher<Item>(most: number, flush: (key: string, items: Item[]) => void) {
  let gathered = new Map<string, Item[]>();
  let amount = 0;
  let amountBefore = 0;
  let turns = 0;

  const turnEnds = (): void => {
    turns += 1;
    if (amount > amountBefore && turns < MOST_TURNS) {
      amountBefore = amount;
      setImmediate(turnEnds);
      return;
    }
    const batches = gathered;
    gathered = new Map();
    amount = amountBefore = turns = 0;
    for (const [key, items] of batches) {
      for (let start = 0; start < items.length; start += most) {
        flush(key, items.length <= most ? items : items.slice(start, start + most));
      }
    }
  };

  return (key: string, item: Item): void => {
    if (amount === 0) setImmediate(turnEnds);
    amount += 1;
    const items = gathered.get(key);
    if (items) items.push(item);
    else gathered.set(key, [item]);
  };
}
