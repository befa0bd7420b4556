import { useId } from 'react';
import { words } from '../../words/words.ts';

const LARGEST_REQUEST = 1_000;

export interface QuantityFieldProps {
  quantity: number;
  limit: number;
  isDisabled: boolean;
  onChange: (quantity: number) => void;
}

/** Buttons and a number, from 1 to the sale's limit. */
export function QuantityField({ quantity, limit, isDisabled, onChange }: QuantityFieldProps) {
  const most = Math.min(limit, LARGEST_REQUEST);
  const { sale } = words;
  const id = useId();
  const change = (next: number) => onChange(Math.min(most, Math.max(1, Math.trunc(next) || 1)));
  return (
    <div className="quantity">
      <label htmlFor={id}>{sale.quantity}</label>
      <div className="quantity-row">
        <button
          type="button"
          className="button-plain"
          aria-label={sale.fewer}
          disabled={isDisabled || quantity <= 1}
          onClick={() => change(quantity - 1)}
        >
          −
        </button>
        <input
          id={id}
          data-testid="quantity"
          type="number"
          inputMode="numeric"
          min={1}
          max={most}
          value={quantity}
          disabled={isDisabled}
          onChange={(event) => change(event.target.valueAsNumber)}
        />
        <button
          type="button"
          className="button-plain"
          aria-label={sale.more}
          disabled={isDisabled || quantity >= most}
          onClick={() => change(quantity + 1)}
        >
          +
        </button>
        <span className="hint">{sale.most(most)}</span>
      </div>
    </div>
  );
}
