import { describeEnvironment } from '../config/describe-environment.ts';
import { usageError } from './lib/command-error.ts';
import { runCommand, type CommandContext } from './lib/run-command.ts';

const HEAD = `# Configuration

Set in the environment, or in \`.env\` (see [.env.example](../.env.example)). A bad one stops the start, and all that are bad are named at once.
Made by \`npm run configuration > docs/configuration.md\` from the rules that check it; a test holds it current.
`;

async function run({ flags, print }: CommandContext) {
  if (flags.positionals.length > 0)
    throw usageError(`configuration does not know '${flags.positionals.join(' ')}'`);
  const variables = describeEnvironment();
  print(HEAD);
  for (const { name, purpose, takes, preset } of variables)
    print(`- **\`${name}\`**${preset === '' ? '' : ` = \`${preset}\``}: ${purpose} _${takes}_`);
  return { json: { variables } };
}

await runCommand({
  name: 'npm run --silent configuration --',
  usage: [''],
  summary: 'Prints every setting: what it is for, what it may be, its default.',
  flags: {},
  run,
});
