import type { LiveEventBody } from '../../../../src/contracts/live-http.ts';
import { formatCount } from '../../lib/format.ts';
import { deskWords } from '../../words/desk-words.ts';

/** Whether it is something that failed or had to be mended, and not what somebody wanted. */
export function isTrouble({ kind }: Pick<LiveEventBody, 'kind'>): boolean {
  return kind !== 'operator' && kind !== 'process_started';
}

/** An event in words: what happened, and whose it was or how much of it. */
export function speakEvent(event: LiveEventBody): { what: string; detail: string } {
  const { events } = deskWords;
  if (event.kind === 'operator') {
    const action = event.action ?? '';
    const what = (events.actions as Readonly<Record<string, string | undefined>>)[action] ?? action;
    return { what, detail: [event.by, event.reason].filter(Boolean).join(': ') };
  }
  const count = event.count === undefined ? undefined : formatCount(event.count);
  return { what: events.kinds[event.kind], detail: event.process ?? count ?? '' };
}
