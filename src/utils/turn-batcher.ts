/** A batch waits for so many turns of the event loop at most; twelve and 64 made no larger batches (docs/decisions/0054). */
const MOST_TURNS = 8;

/**
 * Gathers items for as long as each turn of the event loop brings more of them, then hands them over in order of arrival.
 *
 * `setImmediate` runs right after the poll phase, in which every socket that had bytes was read. A crowd's requests
 * come over several turns, for whoever sends them needs the processor too; a lone request waits for one turn in which
 * nothing comes, some microseconds of an idle process.
 *
 * @param flush  called with at least one item
 */
export function createTurnBatcher<Item>(flush: (items: Item[]) => void): (item: Item) => void {
  let gathered: Item[] = [];
  let amountBefore = 0;
  let turns = 0;

  const turnEnds = (): void => {
    turns += 1;
    if (gathered.length > amountBefore && turns < MOST_TURNS) {
      amountBefore = gathered.length;
      setImmediate(turnEnds);
      return;
    }
    const items = gathered;
    gathered = [];
    amountBefore = turns = 0;
    flush(items);
  };

  return (item) => {
    if (gathered.length === 0) setImmediate(turnEnds);
    gathered.push(item);
  };
}
