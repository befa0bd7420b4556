/** What a person needs to know once everything runs, in a box. */
export function summarise({
  url,
  operator,
}: {
  url: string;
  /** Only with the demo on. */
  operator: { email: string; password: string | null } | undefined;
}): string {
  const lines = [
    `Sale page      ${url}/`,
    `Operator page  ${url}/operator`,
    `API docs       ${url}/api/docs`,
    ...(operator ? [`Operator       ${operator.email}`] : []),
    ...(operator?.password ? [`Password       ${operator.password}`] : []),
    '',
    'Stop with Ctrl-C.',
  ];
  const width = Math.max(...lines.map((line) => line.length));
  const rows = lines.map((line) => `│ ${line.padEnd(width)} │`);
  const edge = '─'.repeat(width + 2);
  return ['', `┌${edge}┐`, ...rows, `└${edge}┘`, ''].join('\n');
}
