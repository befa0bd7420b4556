import type { PostgresHealthBody, RedisHealthBody } from '../../../../src/contracts/live-http.ts';
import { formatBytes } from '../../lib/format-bytes.ts';
import { formatCount, formatMs } from '../../lib/format.ts';
import { deskWords } from '../../words/desk-words.ts';
import { Meter } from './process-table.tsx';

interface Row {
  label: string;
  value: string;
  /** Of what there is at most. */
  share?: number;
  isBad?: boolean;
}

const { stores: words } = deskWords;

/** How Redis is; that it does not answer is an answer too. */
export function RedisPanel({ redis }: { redis: RedisHealthBody | undefined }) {
  return <StorePanel title={words.redis} rows={redis && redisRows(redis)} />;
}

export function PostgresPanel({ postgres }: { postgres: PostgresHealthBody | undefined }) {
  return <StorePanel title={words.postgres} rows={postgres && postgresRows(postgres)} />;
}

function redisRows(redis: RedisHealthBody): Row[] {
  const { usedBytes, maxBytes, machineBytes, appendOnly, appendFsync, isWriteOk, evictionPolicy } = redis;
  const most = maxBytes > 0 ? maxBytes : machineBytes;
  const limit = most === undefined ? words.noLimit : formatBytes(most);
  const isDurable = appendOnly && isWriteOk && appendFsync !== 'no';
  const written = !isWriteOk ? words.writesFail : words.durable(appendFsync ?? '');
  return [
    { label: words.latency, value: formatMs(redis.latencyMs) },
    {
      label: words.memory,
      value: words.usedOf(formatBytes(usedBytes), limit),
      ...(most !== undefined && { share: usedBytes / most, isBad: usedBytes / most > 0.85 }),
    },
    { label: words.durability, value: appendOnly ? written : words.off, isBad: !isDurable },
    { label: words.eviction, value: evictionPolicy, isBad: evictionPolicy !== 'noeviction' },
    { label: words.commands, value: words.perSec(formatCount(redis.commandsPerSec)) },
  ];
}

function postgresRows(postgres: PostgresHealthBody): Row[] {
  const { connections, mostConnections, waitingForLock, longestTransactionMs } = postgres;
  const share = mostConnections > 0 ? connections / mostConnections : 1;
  const { synchronousCommit, fsync } = postgres;
  return [
    { label: words.latency, value: formatMs(postgres.latencyMs) },
    {
      label: words.connections,
      value: words.usedOf(formatCount(connections), formatCount(mostConnections)),
      share,
      isBad: share > 0.85,
    },
    { label: words.locks, value: formatCount(waitingForLock) },
    {
      label: words.longest,
      value: formatMs(longestTransactionMs),
      isBad: longestTransactionMs > 3_000,
    },
    {
      label: words.commit,
      value: `${synchronousCommit}, fsync ${fsync}`,
      isBad: synchronousCommit === 'off' || fsync !== 'on',
    },
  ];
}

function StorePanel({ title, rows }: { title: string; rows: Row[] | undefined }) {
  return (
    <section className="card panel" aria-label={title}>
      <h2>
        {title}{' '}
        <span className={rows ? 'badge badge-good' : 'badge badge-bad'}>
          {rows ? words.answers : words.away}
        </span>
      </h2>
      {rows && (
        <dl className="figures">
          {rows.map(({ label, value, share, isBad = false }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd className={isBad ? 'is-bad' : undefined}>
                {share !== undefined && <Meter share={share} />} {isBad && '⚠ '}
                {value}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
