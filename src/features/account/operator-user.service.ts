import type { Role } from '../../contracts/http.ts';
import { RefusalError } from '../../errors/refusal.ts';
import type { Database } from '../../infrastructure/postgres/database.ts';
import type { Redis } from '../../infrastructure/redis/redis.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { etagOf } from '../operator/change-request.ts';
import { makeOnce, type Change, type ChangeAnswer } from '../operator/make-once.ts';
import { BLOCKED_USERS_CHANNEL } from './blocked-users.ts';
import {
  findOperatorUser,
  lockAdmins,
  lockUser,
  presentOperatorUser,
  updateUser,
  type OperatorUser,
} from './operator-user.repository.ts';

export interface OperatorUserDeps {
  db: Database;
  redis: Redis;
  /** Ends every access token a user has, everywhere. */
  revokeTokens: (userId: string) => Promise<void>;
}

/**
 * Changes a user's role, or blocks or unblocks one: everywhere within a second.
 *
 * @param version  the one the edit was made from
 * @throws RefusalError `user_not_found`, `precondition_failed`, `own_account`, `last_admin`
 */
export async function changeUser(
  { db, redis, revokeTokens }: OperatorUserDeps,
  { id, version }: { id: string; version: number },
  wanted: { role?: Role; blocked?: boolean },
  change: Change,
): Promise<ChangeAnswer> {
  const answer = await makeOnce(db, change, async (tx) => {
    const admins = await lockAdmins(tx);
    const before = await lockUser(tx, id);
    if (!before) throw new RefusalError({ code: 'user_not_found' });
    if (before.version !== version) throw new RefusalError({ code: 'precondition_failed' });
    if (id === change.actor.actorId) throw new RefusalError({ code: 'own_account' });
    const { role = before.role, blocked = before.blocked } = wanted;
    const staysAdmin = role === 'admin' && !blocked;
    if (admins.length === 1 && admins[0] === id && !staysAdmin)
      throw new RefusalError({ code: 'last_admin' });
    const after = await updateUser(tx, before, { role, blocked });
    await writeAudit(tx, change.actor, {
      action: 'user.change',
      subject: `user:${id}`,
      before: { role: before.role, blocked: before.blocked },
      after: { role, blocked },
    });
    return answerOf(after);
  });
  await revokeTokens(id); // a token says what its owner was, and may live on for a while
  await redis.publish(BLOCKED_USERS_CHANNEL, id);
  return answer;
}

export async function readUser({ db }: Pick<OperatorUserDeps, 'db'>, id: string): Promise<ChangeAnswer> {
  const user = await findOperatorUser(db, id);
  if (!user) throw new RefusalError({ code: 'user_not_found' });
  return answerOf(user);
}

function answerOf(user: OperatorUser): ChangeAnswer {
  return { status: 200, body: presentOperatorUser(user), etag: etagOf(user) };
}
