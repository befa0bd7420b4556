import { useState } from 'react';
import { deskWords } from '../../words/desk-words.ts';
import { SALE_STEPS } from '../steer/sale-steps.ts';
import { StepDialog } from '../steer/step-dialog.tsx';

const PUBLISH = SALE_STEPS.find(({ verb }) => verb === 'publish');

/** Shows a draft to shoppers, after a question. */
export function PublishSale({ sale }: { sale: { saleId: string; name: string } }) {
  const [isAsking, setIsAsking] = useState(false);
  const close = () => setIsAsking(false);
  return (
    <>
      <button type="button" className="button-main" onClick={() => setIsAsking(true)}>
        {deskWords.steer.publish}
      </button>
      {isAsking && PUBLISH && (
        <StepDialog sale={sale} step={PUBLISH} onAsked={ignore} onDone={close} onCancel={close} />
      )}
    </>
  );
}

const ignore = () => {};
