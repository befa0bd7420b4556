import type { ChaosRound, Fault, LineName } from '../fault.ts';
import type { LineFault } from '../tcp-proxy.ts';

const STORE_LINES = ['api-redis', 'worker-redis', 'api-postgres', 'worker-postgres'] as const;
const LINES: readonly LineName[] = [...STORE_LINES, 'client-api'];

/** One line, chosen by the seed, does this until it is healed. */
async function lineDoes(
  { random, proxies, note }: ChaosRound,
  lines: readonly LineName[],
  chooseFault: () => LineFault,
): Promise<() => Promise<void>> {
  const name = random.pick(lines);
  const fault = chooseFault();
  note(`${name}: ${JSON.stringify(fault)}`);
  proxies[name].set(fault);
  return async () => proxies[name].heal();
}

export const NETWORK_FAULTS: readonly Fault[] = [
  {
    name: 'line-slow',
    group: 'network',
    expected: 'everything is late; past 500 ms at the gate, 503 outcome_unknown; nothing is lost',
    begin: (round) =>
      lineDoes(round, LINES, () => ({
        kind: 'slow',
        ms: round.random.between(20, 400),
        jitterMs: round.random.between(0, 200),
      })),
  },
  {
    name: 'line-cut',
    group: 'network',
    expected:
      'every connection of the line ends, by FIN or RST in the middle of whatever passed; 503, then as before',
    begin: (round) => lineDoes(round, LINES, () => ({ kind: round.random.pick(['cut', 'reset'] as const) })),
  },
  {
    name: 'line-one-way',
    group: 'network',
    expected:
      'one side hears nothing: 503 within its deadlines; what was said arrives late and does nothing twice',
    begin: (round) =>
      lineDoes(round, LINES, () => ({
        kind: 'hold',
        way: round.random.pick(['to-server', 'to-client'] as const),
      })),
  },
  {
    name: 'line-half-open',
    group: 'network',
    expected:
      'both sides believe in a line that is dead: 503 within their deadlines, new connections afterwards',
    begin: (round) => lineDoes(round, LINES, () => ({ kind: 'hold', way: 'both', atEnd: 'reset' })),
  },
  {
    name: 'reply-cut',
    group: 'network',
    expected: 'done and not answered: nothing is sent twice by itself, the key finds the attempt',
    begin: (round) =>
      lineDoes(round, LINES, () => ({
        kind: 'cut-reply',
        keep: round.random.pick(['nothing', 'a part'] as const),
        times: round.random.between(1, 8),
      })),
  },
];
