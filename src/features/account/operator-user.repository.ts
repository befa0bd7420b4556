import type { Role } from '../../contracts/http.ts';
import type { OperatorUserBody } from '../../contracts/operator-http.ts';
import type { Database, Transaction } from '../../infrastructure/postgres/database.ts';
import type { PageRequest } from '../../utils/page-cursor.ts';
import { revokeFamiliesOf } from './refresh-token.repository.ts';

/** A user as operators see one: never a password. */
export interface OperatorUser extends Omit<OperatorUserBody, 'createdAt'> {
  createdAtMicros: number;
}

export interface UserFilter {
  /** Part of the e-mail, whatever its case. */
  email?: string;
  role?: Role;
  blocked?: boolean;
}

const COLUMNS = `id, email, name, role, blocked, version,
                 (extract(epoch from created_at) * 1000000)::bigint as "createdAtMicros"`;

export async function findOperatorUser(db: Database, id: string): Promise<OperatorUser | null> {
  const { rows } = await db.raw<{ rows: OperatorUser[] }>(`select ${COLUMNS} from users where id = ?`, [id]);
  return rows[0] ?? null;
}

export async function findUserByEmail(db: Database, email: string): Promise<OperatorUser | null> {
  const { rows } = await db.raw<{ rows: OperatorUser[] }>(
    `select ${COLUMNS} from users where lower(email) = lower(?)`,
    [email],
  );
  return rows[0] ?? null;
}

/** Newest first, from after the cursor; one more than the page. */
export async function listUsers(
  db: Database,
  { limit, cursor, email, role, blocked }: PageRequest & UserFilter,
): Promise<OperatorUser[]> {
  const { rows } = await db.raw<{ rows: OperatorUser[] }>(
    `select ${COLUMNS} from users
      where (:email::text is null or position(lower(:email) in lower(email)) > 0)
        and (:role::text is null or role = :role) and (:blocked::boolean is null or blocked = :blocked)
        and (:id::uuid is null or (created_at, id) < ('epoch'::timestamptz + :micros * interval '1 microsecond', :id::uuid))
      order by users.created_at desc, id desc limit :most`,
    {
      ...{ email: email ?? null, role: role ?? null, blocked: blocked ?? null, most: limit + 1 },
      ...{ id: cursor?.id ?? null, micros: cursor?.createdAtMicros ?? 0 },
    },
  );
  return rows;
}

/** Locks every admin who could still sign in, so that two who demote each other wait for one another. */
export async function lockAdmins(tx: Transaction): Promise<string[]> {
  const { rows } = await tx.raw<{ rows: { id: string }[] }>(
    `select id from users where role = 'admin' and not blocked and deleted_at is null order by id for no key update`,
  );
  return rows.map(({ id }) => id);
}

export async function lockUser(tx: Transaction, id: string): Promise<OperatorUser | null> {
  const { rows } = await tx.raw<{ rows: OperatorUser[] }>(
    `select ${COLUMNS} from users where id = ? and deleted_at is null for no key update`,
    [id],
  );
  return rows[0] ?? null;
}

/** Writes role and block of a locked user; a session of before gets no new tokens. */
export async function updateUser(
  tx: Transaction,
  { id, version }: OperatorUser,
  { role, blocked }: { role: Role; blocked: boolean },
): Promise<OperatorUser> {
  const count = await tx('users')
    .where({ id, version })
    .update({ role, blocked, version: version + 1 });
  await revokeFamiliesOf(tx, id);
  const user = await findOperatorUser(tx, id);
  if (count !== 1 || !user) throw new Error(`user ${id} changed under its lock`);
  return user;
}

export function presentOperatorUser(user: OperatorUser): OperatorUserBody {
  const { id, email, name, role, blocked, version, createdAtMicros } = user;
  return {
    id,
    email,
    name,
    role,
    blocked,
    version,
    createdAt: new Date(createdAtMicros / 1000).toISOString(),
  };
}
