import { deskWords } from '../../words/desk-words.ts';
import type { OperatorSaleState } from './operator-sale-state.ts';

export function SaleBadge({ state, isExpected = false }: { state: OperatorSaleState; isExpected?: boolean }) {
  return (
    <span
      className={`badge badge-${state}`}
      data-testid="sale-state"
      data-state={state}
      aria-busy={isExpected || undefined}
    >
      {deskWords.sales.states[state]}
      {isExpected && '…'}
    </span>
  );
}
