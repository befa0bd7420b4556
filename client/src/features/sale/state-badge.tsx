import type { SaleState } from '../../../../src/contracts/http.ts';
import { words } from '../../words/words.ts';

export function StateBadge({ state, testId }: { state: SaleState; testId?: string }) {
  return (
    <span className={`badge badge-${state}`} data-testid={testId} data-state={state}>
      {words.saleState[state]}
    </span>
  );
}
