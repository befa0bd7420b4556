import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { Role } from '../contracts/http.ts';
import { isNewPassword, isEmail } from '../features/account/account.schema.ts';
import { createPasswords } from '../features/account/password.ts';
import { createRevokedTokens } from '../features/account/revoked-tokens.ts';
import { createUserRepository } from '../features/account/user.repository.ts';
import { writeAudit } from '../features/audit/write-audit.ts';
import { silentLogger } from '../infrastructure/logging/logger.ts';
import { CommandError, usageError } from './lib/command-error.ts';
import { findServices, openServices, type Services } from './lib/open-services.ts';
import { runCommand, type CommandContext } from './lib/run-command.ts';

const ROLES: readonly string[] = ['operator', 'admin'] satisfies Role[];
const isRole = (word: string): word is 'operator' | 'admin' => ROLES.includes(word);

async function run({ flags, env, print }: CommandContext): Promise<{ json: object }> {
  const [action, ...rest] = flags.positionals;
  if ((action !== 'create' && action !== 'reset-password') || rest.length > 0)
    throw usageError(`operator knows create and reset-password, not '${flags.positionals.join(' ')}'`);
  const email = flags.text('email')?.trim() ?? '';
  if (!isEmail(email)) throw usageError(`--email must be an e-mail address, not '${email}'`);
  const role = flags.text('role') ?? 'operator';
  if (!isRole(role)) throw usageError(`--role must be operator or admin, not '${role}'`);
  const given = flags.isSet('password-stdin') ? (await text(process.stdin)).replace(/\r?\n$/, '') : undefined;
  if (given !== undefined && !isNewPassword(given))
    throw usageError('The password must have 10 to 128 characters and be none of the commonest');
  const password = given ?? randomBytes(15).toString('base64url');

  const services = await openServices(await findServices(env));
  try {
    const userId =
      action === 'create'
        ? await create(services, { email, role, password })
        : await resetPassword(services, { email, password });
    const done = action === 'create' ? `made the ${role} ${email}` : `gave ${email} another password`;
    print(given === undefined ? `${done}; the password, told only once: ${password}` : done);
    return { json: { userId, email, ...(given === undefined ? { password } : {}) } };
  } finally {
    await services.close();
  }
}

/** @throws CommandError when the e-mail has an account */
async function create(
  { db }: Services,
  { email, role, password }: { email: string; role: 'operator' | 'admin'; password: string },
): Promise<string> {
  const passwordHash = await createPasswords().hash(password);
  return db.transaction(async (tx) => {
    const users = createUserRepository({ db: tx });
    const user = await users.insert({ email, name: '', role, passwordHash });
    if (!user) throw new CommandError(`${email} has an account already: see reset-password.`);
    const after = { role };
    await writeAudit(tx, ACTOR, { action: 'user.create', subject: `user:${user.id}`, before: null, after });
    return user.id;
  });
}

/** Ends every session as well. @throws CommandError when nobody has the e-mail */
async function resetPassword(
  { db, redis }: Services,
  { email, password }: { email: string; password: string },
): Promise<string> {
  const users = createUserRepository({ db });
  const user = await users.findByEmail(email);
  if (!user) throw new CommandError(`Nobody has the e-mail ${email}.`);
  const to = await createPasswords().hash(password);
  if (!(await users.changePassword(user.id, { from: user.passwordHash, to }, ACTOR)))
    throw new CommandError(`${email} was changed meanwhile: look and try again.`);
  // Nothing is followed here, only told: the processes that run follow it, by Redis' clock as they issue by it.
  const [seconds, micros] = await redis.time();
  const clock = { now: () => Number(seconds) * 1000 + Math.ceil(Number(micros) / 1000) };
  const revokedTokens = createRevokedTokens({ redis, subscriber: redis, logger: silentLogger, clock });
  await revokedTokens.revokeUser(user.id);
  revokedTokens.close();
  return user.id;
}

/** Whoever may type on the machine: no account stands behind it. */
const ACTOR = { actorId: null, reason: 'npm run operator' };

await runCommand({
  name: 'npm run operator --',
  usage: [
    'create --email EMAIL [--role operator] [--password-stdin]',
    'reset-password --email EMAIL [--password-stdin]',
  ],
  summary:
    'Makes the first operator of an installation, or gives anybody another password and ends their sessions. The only way back in for who forgot theirs.',
  flags: {
    email: { value: 'EMAIL', help: 'whose account' },
    role: { value: 'ROLE', help: 'operator or admin (create; operator)' },
    'password-stdin': { help: 'read the password from stdin instead of making one and printing it' },
  },
  run,
});
