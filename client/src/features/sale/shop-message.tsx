import { words } from '../../words/words.ts';

/** What the shop says of the sale, below the button, which stays where it is. The live region is always there, or its first words would not be spoken. */
export function ShopMessage({ message }: { message: string | undefined }) {
  return (
    <div role="status" data-testid="message">
      {message !== undefined && (
        <p className="shop-message">
          <strong>{words.sale.fromShop}</strong> {message}
        </p>
      )}
    </div>
  );
}
