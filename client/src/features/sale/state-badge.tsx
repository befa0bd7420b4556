import type { SaleState } from '../../../../src/contracts/http.ts';
import { STATE_LABEL } from './state-words.ts';

export function StateBadge({ state, testId }: { state: SaleState; testId?: string }) {
  return (
    <span className={`badge badge-${state}`} data-testid={testId} data-state={state}>
      {STATE_LABEL[state]}
    </span>
  );
}
