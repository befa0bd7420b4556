import { Suspense, useState } from 'react';
import { Link } from 'react-router';
import type { OrderBody, SaleStatusBody } from '../../../../src/contracts/http.ts';
import { STANDING_LOOKS } from '../../features/purchase/standing-looks.ts';
import type { Standing } from '../../features/purchase/standing.ts';
import { formatCount } from '../../lib/format.ts';
import { loadApart } from '../../lib/load-apart.ts';
import { words } from '../../words/words.ts';

const SignInForm = loadApart(
  async () => (await import('../../features/account/sign-in-form.tsx')).SignInForm,
);
const Receipt = loadApart(async () => (await import('../../features/order/receipt.tsx')).Receipt);
const RemindMe = loadApart(async () => (await import('../../features/sale/remind-me.tsx')).RemindMe);

export interface NextStepProps {
  standing: Standing;
  status: SaleStatusBody;
  /** The order of a confirmed wish, once it is among the shopper's orders. */
  order: OrderBody | undefined;
  onTakeFewer: (quantity: number) => void;
}

/** What the shopper can do about where they stand. What it needs is loaded when it is needed. */
export function NextStep(props: NextStepProps) {
  return (
    <Suspense fallback={null}>
      <Step {...props} />
    </Suspense>
  );
}

function Step({ standing, status, order, onTakeFewer }: NextStepProps) {
  const { step } = words;
  switch (STANDING_LOOKS[standing.kind].next) {
    case 'remind':
      return <RemindMe sale={status} />;
    case 'sign_in':
      return <SignInStep isOpen={standing.kind !== 'signed_out'} />;
    case 'receipt':
      return order ? <Receipt order={order} /> : null;
    case 'orders':
      return (
        <Link className="button-link" to="/orders">
          {step.order}
        </Link>
      );
    case 'drops':
      return (
        <Link className="button-link" to="/drops">
          {step.drops}
        </Link>
      );
    case 'fewer': {
      const { remaining } = standing;
      if (remaining === undefined || remaining < 1) return null;
      return (
        <button type="button" onClick={() => onTakeFewer(remaining)}>
          {step.takeFewer(formatCount(remaining))}
        </button>
      );
    }
    case 'none':
      return null;
  }
}

/** The form in place, so that signing in does not lose the drop. */
function SignInStep({ isOpen }: { isOpen: boolean }) {
  const [wantsForm, setWantsForm] = useState(isOpen);
  if (wantsForm) return <SignInForm />;
  return (
    <button type="button" onClick={() => setWantsForm(true)}>
      {words.step.signIn}
    </button>
  );
}
