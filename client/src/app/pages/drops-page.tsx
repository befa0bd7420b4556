import { Link } from 'react-router';
import type { SaleState, SaleStatusBody } from '../../../../src/contracts/http.ts';
import { RemindMe } from '../../features/sale/remind-me.tsx';
import { saleMoment } from '../../features/sale/sale-moment.ts';
import { StateBadge } from '../../features/sale/state-badge.tsx';
import { useSales } from '../../features/sale/use-sales.ts';
import { formatCount, formatMoment, formatPrice } from '../../lib/format.ts';
import { useServerNow } from '../../lib/use-server-now.ts';
import { pageWords } from '../../words/page-words.ts';
import { words } from '../../words/words.ts';
import { SalePlaceholder } from './sale-placeholder.tsx';

const GROUPS: { title: string; states: SaleState[] }[] = [
  { title: pageWords.drops.now, states: ['open', 'paused', 'sold_out'] },
  { title: pageWords.drops.upcoming, states: ['scheduled'] },
  { title: pageWords.drops.over, states: ['ended'] },
];

/** Every drop there is: those that run, those to come, those that are over. */
export function DropsPage() {
  const { sales, isFailing } = useSales();
  const nowMs = useServerNow();
  const { sale } = words;
  if (!sales)
    return isFailing ? (
      <SalePlaceholder picture="cut" title={sale.unreachable} text={sale.unreachableText} />
    ) : (
      <SalePlaceholder />
    );
  return (
    <>
      <h1 className="page-title">{pageWords.drops.title}</h1>
      {sales.length === 0 && <SalePlaceholder picture="flag" title={sale.none} text={sale.noneText} />}
      {GROUPS.map(({ title, states }) => {
        const drops = sales.filter((drop) => states.includes(saleMoment(drop, nowMs).state));
        if (drops.length === 0) return null;
        return (
          <section key={title} className="drops" aria-label={title}>
            <h2>{title}</h2>
            <ul>
              {drops.map((drop) => (
                <Drop key={drop.saleId} drop={drop} state={saleMoment(drop, nowMs).state} />
              ))}
            </ul>
          </section>
        );
      })}
    </>
  );
}

function Drop({ drop, state }: { drop: SaleStatusBody; state: SaleState }) {
  const { product, stock } = drop;
  return (
    <li className="drop" data-testid="drop">
      {product.imageUrl !== '' && (
        <img src={product.imageUrl} alt="" width={320} height={240} loading="lazy" />
      )}
      <div className="drop-words">
        <StateBadge state={state} />
        <h3>
          <Link to={{ pathname: '/', search: `?sale=${drop.saleId}` }}>{drop.name}</Link>
        </h3>
        <p className="hint">
          {formatPrice(product.priceMinor, product.currency)} ·{' '}
          {pageWords.drops.from(formatMoment(drop.startsAt))}
        </p>
        <p className="hint">
          {formatCount(stock.remaining)} {words.sale.left(formatCount(stock.total))}
        </p>
        {state === 'scheduled' && <RemindMe sale={drop} />}
      </div>
    </li>
  );
}
