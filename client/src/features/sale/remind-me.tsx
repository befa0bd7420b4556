import { useEffect, useState } from 'react';
import type { SaleStatusBody } from '../../../../src/contracts/http.ts';
import { useServices } from '../../lib/services.ts';
import { pageWords } from '../../words/page-words.ts';
import { calendarFile } from './calendar-file.ts';

/** The notification comes this long before the opening, ms. */
const AHEAD_MS = 60_000;
/** `setTimeout` counts in 31 bits. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** A calendar file, and a browser's notification for who keeps the page open. */
export function RemindMe({ sale }: { sale: SaleStatusBody }) {
  const { clock } = useServices();
  const [permission, setPermission] = useState(readPermission);
  const [isWanted, setIsWanted] = useState(false);
  const address = `${window.location.origin}/?sale=${sale.saleId}`;
  const { remind } = pageWords;

  useEffect(() => {
    if (!isWanted || permission !== 'granted') return;
    const inMs = Date.parse(sale.startsAt) - AHEAD_MS - clock.now();
    if (inMs > LONGEST_TIMER_MS) return;
    const timer = setTimeout(
      () => new Notification(remind.opensSoon(sale.name), { tag: sale.saleId }),
      Math.max(0, inMs),
    );
    return () => clearTimeout(timer);
  }, [isWanted, permission, sale.startsAt, sale.name, sale.saleId, clock, remind]);

  const askForNotification = async () => {
    setIsWanted(true);
    setPermission(await Notification.requestPermission());
  };
  return (
    <>
      <div className="step-row">
        <a
          className="button-link"
          href={`data:text/calendar;charset=utf-8,${encodeURIComponent(calendarFile(sale, address))}`}
          download={`${sale.saleId}.ics`}
          data-testid="calendar"
        >
          {remind.calendar}
        </a>
        {permission !== 'unsupported' && !(isWanted && permission === 'granted') && (
          <button type="button" onClick={() => void askForNotification()}>
            {remind.notify}
          </button>
        )}
      </div>
      <p className="hint" role="status">
        {isWanted && permission === 'granted' && remind.willNotify}
        {isWanted && permission === 'denied' && remind.denied}
      </p>
    </>
  );
}

function readPermission(): NotificationPermission | 'unsupported' {
  return 'Notification' in window ? Notification.permission : 'unsupported';
}
