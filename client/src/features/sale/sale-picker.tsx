import { useEffect, useRef } from 'react';
import { Link } from 'react-router';
import type { SaleStatusBody } from '../../../../src/contracts/http.ts';
import { useServerNow } from '../../lib/use-server-now.ts';
import { words } from '../../words/words.ts';
import { saleMoment } from './sale-moment.ts';
import { StateBadge } from './state-badge.tsx';

/** Links to every sale; the picked one is kept in the address as `?sale=`. */
export function SalePicker({ sales, pickedId }: { sales: SaleStatusBody[]; pickedId: string | undefined }) {
  const now = useServerNow();
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [pickedId]);
  return (
    <nav className="sale-picker" aria-label={words.sale.list}>
      <ul ref={list}>
        {sales.map((sale) => (
          <li key={sale.saleId}>
            <Link
              to={{ search: `?sale=${sale.saleId}` }}
              aria-current={sale.saleId === pickedId ? 'true' : undefined}
              className="sale-link"
            >
              <span className="sale-link-name">{sale.name}</span>
              <StateBadge state={saleMoment(sale, now).state} />
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
