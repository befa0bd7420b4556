import { parseTime } from '../form/local-time.ts';
import type { FilterField } from '../list/filter-bar.tsx';
import { officeWords } from '../../words/office-words.ts';

const { audit: words } = officeWords;

/** What is written in the log; a text field, so that anything else can be asked for too. */
const ACTIONS = [
  ...['sale.create', 'sale.edit', 'sale.publish', 'sale.pause', 'sale.resume', 'sale.stop', 'sale.stock'],
  ...['sale.reconcile', 'product.create', 'product.edit', 'order.cancel'],
  ...['user.create', 'user.change', 'account.change-password', 'account.delete'],
];

export const AUDIT_FILTER: readonly FilterField[] = [
  { kind: 'text', name: 'actor', label: words.actorFilter },
  { kind: 'text', name: 'action', label: words.action, suggestions: ACTIONS },
  { kind: 'text', name: 'subject', label: words.subjectFilter },
  { kind: 'time', name: 'from', label: words.from },
  { kind: 'time', name: 'until', label: words.until },
];

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** What the API is asked: an actor is an id or an e-mail, times are typed where the operator is. */
export function auditQuery({
  actor,
  action,
  subject,
  from,
  until,
}: Readonly<Record<string, string>>): Record<string, string | undefined> {
  const isId = actor !== undefined && UUID.test(actor);
  return {
    ...(isId ? { actorId: actor } : { actorEmail: actor }),
    ...{ action, subject, from: parseTime(from), until: parseTime(until) },
  };
}
