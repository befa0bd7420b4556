import { useState } from 'react';
import type { Role } from '../../../../src/contracts/http.ts';
import type { OperatorUserBody } from '../../../../src/contracts/operator-http.ts';
import { officeWords } from '../../words/office-words.ts';
import { ConfirmDialog } from '../desk/confirm-dialog.tsx';
import { useOperatorChange } from '../desk/use-operator-change.ts';
import { useOutdated } from '../form/use-outdated.ts';

const USERS = '/api/admin/users';
const ROLES: readonly Role[] = ['shopper', 'operator', 'admin'];

interface UserWish {
  role?: Role;
  blocked?: boolean;
  reason?: string;
}

/** What is sent, and sent again when the answer is lost, with the version that the admin saw. */
interface SentWish {
  wish: UserWish;
  version: number;
}

/**
 * Asks for another role or a block of a user, with the reason. Only what is chosen anew is sent: what somebody else changes
 * meanwhile stays.
 *
 * @param user  as the list has them now
 */
export function UserChange({ user, onClose }: { user: OperatorUserBody; onClose: () => void }) {
  const { user: words } = officeWords;
  const [opened] = useState(user);
  const change = useOperatorChange<SentWish, OperatorUserBody>({
    request: ({ wish, version }) => ({
      ...{ method: 'PATCH', path: `${USERS}/${user.id}`, body: wish },
      headers: { 'if-match': `"v${version}"` },
    }),
    touches: [USERS],
    told: ({ email, role, blocked }) =>
      words.changed(email, words.roles[role], blocked ? words.blocked : words.active),
    onDone: onClose,
  });
  useOutdated(change.error, USERS);
  return (
    <ConfirmDialog
      title={words.changeTitle(user.email)}
      text={words.isNow(words.roles[user.role], user.blocked ? words.blocked : words.active)}
      confirmLabel={words.save}
      isReasonNeeded
      change={change}
      onConfirm={({ reason }, fields) => {
        const role = ROLES.find((one) => one === fields.get('role'));
        const blocked = fields.get('blocked') === 'yes';
        const wish = {
          ...(role !== undefined && role !== opened.role && { role }),
          ...(blocked !== opened.blocked && { blocked }),
          ...(reason !== undefined && { reason }),
        };
        change.mutate({ wish, version: user.version });
      }}
      onCancel={onClose}
    >
      <label>
        {words.role}
        <select name="role" defaultValue={opened.role}>
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {words.roles[role]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {words.access}
        <select name="blocked" defaultValue={opened.blocked ? 'yes' : 'no'}>
          <option value="no">{words.active}</option>
          <option value="yes">{words.blocked}</option>
        </select>
      </label>
      <p className="hint">{words.changeHint}</p>
    </ConfirmDialog>
  );
}
