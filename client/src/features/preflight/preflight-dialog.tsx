import { useId } from 'react';
import type { PreflightBody } from '../../../../src/contracts/live-http.ts';
import { Sign } from '../../components/sign.tsx';
import { formatCount, formatMoment } from '../../lib/format.ts';
import { deskWords } from '../../words/desk-words.ts';
import { Loaded } from '../desk/loaded.tsx';
import { useModal } from '../desk/use-modal.ts';
import { useOperatorQuery } from '../desk/use-operator-query.ts';

/** Looks at all that a drop stands on, and says green or what to do, in letters for the whole room. */
export function PreflightDialog({ saleId, onClose }: { saleId: string; onClose: () => void }) {
  const { preflight: words } = deskWords;
  const dialog = useModal();
  const titleId = useId();
  const read = useOperatorQuery<PreflightBody>(`/api/admin/sales/${saleId}/preflight`, {
    isAlwaysAsked: true,
  });
  return (
    <dialog
      ref={dialog}
      className="preflight"
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <h2 id={titleId}>{words.title}</h2>
      <Loaded of={read}>{(result) => <Result result={result} />}</Loaded>
      <div className="dialog-row">
        <button type="button" disabled={read.isFetching} onClick={() => void read.refetch()}>
          {read.isFetching ? words.checking : words.again}
        </button>
        <button type="button" className="button-main" onClick={onClose}>
          {words.close}
        </button>
      </div>
    </dialog>
  );
}

function Result({ result: { ok, checks, checkedAt } }: { result: PreflightBody }) {
  const { preflight: words } = deskWords;
  const lacking = checks.filter((check) => !check.ok);
  const inOrder = [...lacking, ...checks.filter((check) => check.ok)];
  return (
    <>
      <p className={ok ? 'verdict verdict-go' : 'verdict verdict-wait'} role="status" data-testid="verdict">
        <Sign name={ok ? 'check' : 'cross'} />
        {ok ? words.go : words.wait(formatCount(lacking.length), lacking.length === 1)}
      </p>
      <ul className="checks" tabIndex={0} aria-label={words.title}>
        {inOrder.map((check) => (
          <li
            key={check.id}
            className={check.ok ? 'check check-ok' : 'check check-bad'}
            data-check={check.id}
          >
            <Sign name={check.ok ? 'check' : 'cross'} />
            <div>
              <strong>{nameOf(check.id)}</strong>{' '}
              <span className="visually-hidden">{check.ok ? words.ok : words.bad}</span>
              <p>{check.detail}</p>
              {check.advice !== undefined && <p className="advice">{withCode(check.advice)}</p>}
            </div>
          </li>
        ))}
      </ul>
      <p className="hint">{words.at(formatMoment(checkedAt))}</p>
    </>
  );
}

function nameOf(id: string): string {
  return (deskWords.preflight.names as Readonly<Record<string, string | undefined>>)[id] ?? id;
}

/** What stands between backticks is to be typed as it is. */
function withCode(text: string) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}
