/** One wish to buy, kept from the click until its outcome is known, so that a lost answer is asked for again, not twice. */
export interface Wish {
  saleId: string;
  shopperId: string;
  quantity: number;
  /** The `Idempotency-Key` of every request for this wish. */
  key: string;
}

export interface WishBook {
  find: (saleId: string, shopperId: string) => Wish | undefined;
  keep: (wish: Wish) => void;
  forget: (wish: Wish) => void;
  /** Calls back when another tab kept or forgot a wish. */
  onOtherTab: (listener: () => void) => () => void;
}

type WishStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export interface WishBookDeps {
  /** Lives as long as the tab. */
  own: WishStorage;
  /** Seen by every tab of the browser. */
  shared: WishStorage;
  wallClockMs: () => number;
  /** Calls back with the name of what another tab changed in the shared storage. */
  onSharedChange: (listener: (name: string | null) => void) => () => void;
}

const PREFIX = 'stampede.wish.';

/**
 * How long a wish of one tab is every tab's. A wish that is older was left by a tab that is gone: a visit tomorrow must
 * not buy what was clicked today.
 */
const SHARED_FOR_MS = 60_000;

const address = ({ saleId, shopperId }: Pick<Wish, 'saleId' | 'shopperId'>) =>
  `${PREFIX}${saleId}.${shopperId}`;

/** Keeps at most one wish per sale and shopper: through reloads of its tab, and in step with the other tabs. */
export function createWishBook({ own, shared, wallClockMs, onSharedChange }: WishBookDeps): WishBook {
  const read = (storage: WishStorage, saleId: string, shopperId: string) => {
    const { key, quantity, keptAt } = parse(storage.getItem(address({ saleId, shopperId })));
    return key && quantity ? { wish: { saleId, shopperId, key, quantity }, keptAt: keptAt ?? 0 } : undefined;
  };
  return {
    find: (saleId, shopperId) => {
      const mine = read(own, saleId, shopperId);
      if (mine) return mine.wish;
      const anyTabs = read(shared, saleId, shopperId);
      const isFresh = anyTabs && Math.abs(wallClockMs() - anyTabs.keptAt) < SHARED_FOR_MS;
      return isFresh ? anyTabs.wish : undefined;
    },
    keep: (wish) => {
      const text = JSON.stringify({ key: wish.key, quantity: wish.quantity, keptAt: wallClockMs() });
      own.setItem(address(wish), text);
      shared.setItem(address(wish), text);
    },
    forget: (wish) => {
      own.removeItem(address(wish));
      if (read(shared, wish.saleId, wish.shopperId)?.wish.key === wish.key) shared.removeItem(address(wish));
    },
    onOtherTab: (listener) =>
      onSharedChange((name) => {
        if (name?.startsWith(PREFIX)) listener();
      }),
  };
}

function parse(text: string | null): { key?: string; quantity?: number; keptAt?: number } {
  try {
    return (JSON.parse(text ?? '{}') ?? {}) as Partial<Wish & { keptAt: number }>;
  } catch {
    return {};
  }
}
