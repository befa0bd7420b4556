import { useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import type { OperatorSaleBody } from '../../../../../src/contracts/operator-http.ts';
import { Loaded } from '../../../features/desk/loaded.tsx';
import { useOperatorQuery } from '../../../features/desk/use-operator-query.ts';
import { clonedSaleStart, newSaleStart } from '../../../features/sale/operator-sale-fields.ts';
import { SaleForm } from '../../../features/sale/operator-sale-form.tsx';
import { useServices } from '../../../lib/services.ts';
import { deskWords } from '../../../words/desk-words.ts';
import { officeWords } from '../../../words/office-words.ts';
import { BackLink } from './back-link.tsx';
import { PageTitle } from './page-title.tsx';
import '../office.css';

const SALES = '/api/admin/sales';
const addressOf = ({ saleId }: OperatorSaleBody) => `/operator/sales/${saleId}/edit`;

/** Makes the draft of a sale; with `?like=` one like another sale. */
export function NewSalePage() {
  const [search] = useSearchParams();
  const likeId = search.get('like');
  return (
    <>
      <BackLink to="/operator" label={deskWords.sales.title} />
      {likeId === null ? <NewSale /> : <CloneSale key={likeId} likeId={likeId} />}
    </>
  );
}

function NewSale() {
  const { sale: words } = officeWords;
  const navigate = useNavigate();
  const { clock } = useServices();
  const [start] = useState(() => newSaleStart(clock.now()));
  return (
    <>
      <PageTitle title={words.make} />
      <p className="hint">{words.draftFirst}</p>
      <SaleForm
        id="new"
        start={start}
        method="POST"
        path={SALES}
        label={words.makeDraft}
        told={({ name }) => words.made(name)}
        startAfter={() => start}
        onDone={(sale) => void navigate(addressOf(sale))}
      />
    </>
  );
}

function CloneSale({ likeId }: { likeId: string }) {
  const { sale: words } = officeWords;
  const read = useOperatorQuery<OperatorSaleBody>(`${SALES}/${likeId}`);
  return (
    <>
      <PageTitle title={read.data ? words.cloneTitle(read.data.name) : words.clone} />
      <p className="hint">{words.cloneText}</p>
      <Loaded of={read}>{(like) => <CloneForm like={like} />}</Loaded>
    </>
  );
}

function CloneForm({ like }: { like: OperatorSaleBody }) {
  const { sale: words } = officeWords;
  const navigate = useNavigate();
  const { clock } = useServices();
  const [start] = useState(() => clonedSaleStart(like, clock.now()));
  return (
    <SaleForm
      id={`like.${like.saleId}`}
      start={start}
      method="POST"
      path={`${SALES}/${like.saleId}/clone`}
      label={words.makeDraft}
      told={({ name }) => words.made(name)}
      startAfter={() => start}
      onDone={(sale) => void navigate(addressOf(sale))}
    />
  );
}
