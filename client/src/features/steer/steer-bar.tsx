import { useState } from 'react';
import type { OperatorSaleBody } from '../../../../src/contracts/operator-http.ts';
import { deskWords } from '../../words/desk-words.ts';
import { PreflightDialog } from '../preflight/preflight-dialog.tsx';
import { MessageDialog } from './message-dialog.tsx';
import { ReconcileDialog } from './reconcile-dialog.tsx';
import { SALE_STEPS, stepsOf, type AskedState } from './sale-steps.ts';
import { StepDialog } from './step-dialog.tsx';
import { StockDialog } from './stock-dialog.tsx';

export interface SteerBarProps {
  sale: { saleId: string; name: string; message?: string };
  /** As it is shown: what was asked for counts. */
  state: OperatorSaleBody['state'];
  /** It ended by time. */
  isOver: boolean;
  onAsked: (asked: AskedState | undefined) => void;
  /** Something was changed that shall be seen at once. */
  onChanged: () => void;
}

type Opened = 'publish' | 'pause' | 'resume' | 'stop' | 'stock' | 'message' | 'reconcile' | 'preflight';

/** All that an operator can do to a sale. */
export function SteerBar({ sale, state, isOver, onAsked, onChanged }: SteerBarProps) {
  const { steer: words } = deskWords;
  const [opened, setOpened] = useState<Opened>();
  const close = () => setOpened(undefined);
  const onDone = () => {
    close();
    onChanged();
  };
  const openStep = SALE_STEPS.find(({ verb }) => verb === opened);
  const isLive = state === 'active' || state === 'paused';
  const dialog = { sale, onDone, onCancel: close };
  return (
    <div className="steer" role="group" aria-label={words.title}>
      {stepsOf(state, isOver).map(({ verb, isForGood }) => (
        <button
          key={verb}
          type="button"
          className={isForGood ? 'button-danger' : 'button-main'}
          onClick={() => setOpened(verb)}
        >
          {words[verb]}
        </button>
      ))}
      {isLive && (
        <>
          <button type="button" onClick={() => setOpened('stock')}>
            {words.stock}
          </button>
          <button type="button" onClick={() => setOpened('message')}>
            {words.message}
          </button>
          <button type="button" onClick={() => setOpened('reconcile')}>
            {words.reconcile}
          </button>
        </>
      )}
      <button type="button" onClick={() => setOpened('preflight')}>
        {words.preflight}
      </button>
      {openStep && <StepDialog key={openStep.verb} {...dialog} step={openStep} onAsked={onAsked} />}
      {opened === 'stock' && <StockDialog {...dialog} />}
      {opened === 'message' && <MessageDialog {...dialog} current={sale.message} />}
      {opened === 'reconcile' && <ReconcileDialog {...dialog} />}
      {opened === 'preflight' && <PreflightDialog saleId={sale.saleId} onClose={close} />}
    </div>
  );
}
