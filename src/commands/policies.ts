import type { Role } from '../contracts/http.ts';
import { isOpen, mayUse, POLICIES, type Policy } from '../contracts/policies.ts';
import { usageError } from './lib/command-error.ts';
import { runCommand, type CommandContext } from './lib/run-command.ts';

const ROLES: readonly Role[] = ['shopper', 'operator', 'admin'];
const HEAD = ['route', 'policy', 'nobody', ...ROLES];

/** What each asker may, in words; `demo`: only there. */
function describe(policy: Policy): string[] {
  const nobody = isOpen(policy, { isDemo: false }) ? 'yes' : isOpen(policy, { isDemo: true }) ? 'demo' : '-';
  const roles = ROLES.map((role) => {
    if (mayUse(policy, { role, isOwner: false })) return 'yes';
    if (mayUse(policy, { role, isOwner: true })) return 'own';
    return nobody === 'demo' ? 'demo' : '-';
  });
  return [nobody, ...roles];
}

async function run({ flags, print }: CommandContext) {
  if (flags.positionals.length > 0)
    throw usageError(`policies does not know '${flags.positionals.join(' ')}'`);
  const rows = [
    HEAD,
    ...Object.entries(POLICIES).map(([route, policy]) => [route, policy, ...describe(policy)]),
  ];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    print(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  return { json: { policies: POLICIES } };
}

await runCommand({
  name: 'npm run policies',
  usage: [''],
  summary: 'Prints every route with its policy, and what it means for each role.',
  flags: {},
  run,
});
