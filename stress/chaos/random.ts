/** Random choices that a seed repeats. */
export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  /** True so often: 0 never, 1 always. */
  chance(share: number): boolean;
  /** @throws when there is nothing to choose from */
  pick<Item>(items: readonly Item[]): Item;
  /** Another stream of the same seed: what one part draws does not shift what another one draws. */
  fork(name: string): Random;
}

/** Mulberry32, seeded by the hash (FNV-1a) of the seed's text. */
export function createRandom(seed: string | number): Random {
  let state = hashOf(String(seed));
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    chance: (share) => next() < share,
    pick<Item>(items: readonly Item[]): Item {
      if (items.length === 0) throw new Error('there is nothing to choose from');
      return items[between(0, items.length - 1)] as Item;
    },
    fork: (name) => createRandom(`${seed}/${name}`),
  };
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return hash;
}
