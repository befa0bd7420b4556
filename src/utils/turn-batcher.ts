/**
 * Gathers items by key until the event-loop turn ends, then hands each key's items over in order of arrival.
 *
 * `setImmediate` runs right after the poll phase, in which every socket that had bytes was read: so all requests that
 * arrived in one turn make one batch, and a lone request waits for nothing.
 *
 * @param most   items a batch at most; more make further batches in the same turn
 * @param flush  called with 1–`most` items
 */
export function createTurnBatcher<Item>(most: number, flush: (key: string, items: Item[]) => void) {
  let gathered = new Map<string, Item[]>();
  const turnEnds = (): void => {
    const batches = gathered;
    gathered = new Map();
    for (const [key, items] of batches) {
      for (let start = 0; start < items.length; start += most) {
        flush(key, items.length <= most ? items : items.slice(start, start + most));
      }
    }
  };
  return (key: string, item: Item): void => {
    if (gathered.size === 0) setImmediate(turnEnds);
    const items = gathered.get(key);
    if (items) items.push(item);
    else gathered.set(key, [item]);
  };
}
