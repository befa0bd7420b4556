import { useState } from 'react';
import type { OrderBody } from '../../../../src/contracts/http.ts';
import { LineList } from '../../components/line-list.tsx';
import { formatMoment, formatPrice } from '../../lib/format.ts';
import { pageWords } from '../../words/page-words.ts';
import { words } from '../../words/words.ts';

/** What was bought, to keep: shared, copied or printed. */
export function Receipt({ order }: { order: OrderBody }) {
  const { receipt } = pageWords;
  const [isCopied, setIsCopied] = useState(false);
  const total = formatPrice(order.unitPriceMinor * order.quantity, order.currency);
  const lines = [
    { label: receipt.number, value: order.orderId },
    { label: receipt.product, value: `${order.quantity} × ${order.productName}` },
    { label: receipt.total, value: total },
    { label: receipt.at, value: formatMoment(order.createdAt) },
  ];
  const share = async () => {
    const text = lines.map(({ label, value }) => `${label}: ${value}`).join('\n');
    try {
      if ('share' in navigator) await navigator.share({ title: words.brand, text });
      else {
        await (navigator as Navigator).clipboard.writeText(text);
        setIsCopied(true);
      }
    } catch {
      // Closing the share sheet is no failure, and what a browser forbids is on the page to be read.
    }
  };
  return (
    <div className="receipt" data-testid="receipt">
      <LineList lines={lines} />
      <div className="step-row">
        <button type="button" onClick={() => void share()}>
          {isCopied ? receipt.copied : receipt.share}
        </button>
        <button type="button" onClick={() => window.print()}>
          {receipt.print}
        </button>
      </div>
    </div>
  );
}
