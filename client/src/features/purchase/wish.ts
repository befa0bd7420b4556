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
}

const address = ({ saleId, shopperId }: Pick<Wish, 'saleId' | 'shopperId'>) =>
  `stampede.wish.${saleId}.${shopperId}`;

/** Keeps at most one wish per sale and shopper; with `sessionStorage` it lives through reloads of the tab. */
export function createWishBook({
  storage,
}: {
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
}): WishBook {
  return {
    find: (saleId, shopperId) => {
      const text = storage.getItem(address({ saleId, shopperId }));
      if (text === null) return undefined;
      try {
        const { key, quantity } = JSON.parse(text) as Partial<Wish>;
        return key && quantity ? { saleId, shopperId, key, quantity } : undefined;
      } catch {
        return undefined;
      }
    },
    keep: (wish) =>
      storage.setItem(address(wish), JSON.stringify({ key: wish.key, quantity: wish.quantity })),
    forget: (wish) => storage.removeItem(address(wish)),
  };
}
