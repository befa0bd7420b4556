import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Whose bytes: what the client sends, what the server answers, or all of them. */
export type Way = 'both' | 'to-server' | 'to-client';

/** What a line does to what passes over it, until it is healed. */
export type LineFault =
  /** Every piece arrives `ms` later, plus up to `jitterMs` more; nothing overtakes. */
  | { kind: 'slow'; ms: number; jitterMs?: number; way?: Way }
  /**
   * Nothing arrives and nobody is told, closing neither: a partition, or with one `way` a line that works one way only.
   * When it heals what was sent arrives, or with `atEnd: 'reset'` (half-open: the other side has forgotten the line) whoever
   * sent something finds the line reset.
   */
  | { kind: 'hold'; way: Way; atEnd?: 'arrive' | 'reset' }
  /** Every connection is ended, with a FIN or a RST, and so is every new one. */
  | { kind: 'cut' | 'reset' }
  /** The next `times` replies (1) end their connection after nothing, or after a random part, of them has arrived. */
  | { kind: 'cut-reply'; keep: 'nothing' | 'a part'; times?: number };

export interface TcpProxy {
  port: number;
  /** Replaces the fault of the line; with `only` it meets connections of this name alone. */
  set(fault: LineFault, options?: { only?: string }): void;
  /** Ends the fault. */
  heal(): void;
  /** How many replies were cut. */
  cutReplies(): number;
  /** Whether something is being held back now. */
  isHolding(): boolean;
  close(): Promise<void>;
}

export interface TcpProxyDeps {
  /** The server behind it, on this machine; asked for each connection when it may move. */
  targetPort: number | (() => number);
  /** 0 ≤ x < 1; a seeded one makes the faults repeatable. */
  random?: () => number;
}

/** A Redis client names itself with a command, a PostgreSQL client in its first message. */
const CONNECTION_NAME = /(?:setname\r\n\$\d+\r\n|application_name\0)([\w-]+)/i;

interface Piece {
  /** Absent: the sender has closed. */
  bytes?: Buffer;
  dueAtMs: number;
}

/** One direction of a connection. */
interface Pipe {
  way: Exclude<Way, 'both'>;
  to: Socket;
  waiting: Piece[];
  lastDueAtMs: number;
  timer?: NodeJS.Timeout | undefined;
}

interface Line {
  client: Socket;
  server: Socket;
  name: string;
  pipes: Pipe[];
}

/** A TCP proxy in front of a server on this machine: what passes over it fares as told. It needs no say of either side. */
export async function startTcpProxy({ targetPort, random = Math.random }: TcpProxyDeps): Promise<TcpProxy> {
  const lines = new Set<Line>();
  let fault: LineFault | null = null;
  let only: string | undefined;
  let cut = 0;

  const faultOf = ({ name }: Line): LineFault | null => (only === undefined || only === name ? fault : null);
  const meets = (line: Line, { way }: Pipe): LineFault | null => {
    const met = faultOf(line);
    return met && 'way' in met && met.way !== 'both' && met.way !== way ? null : met;
  };

  const end = (line: Line, how: 'cut' | 'reset'): void => {
    lines.delete(line);
    for (const { timer } of line.pipes) clearTimeout(timer);
    for (const socket of [line.client, line.server]) {
      if (how === 'reset' && !socket.connecting) socket.resetAndDestroy();
      else socket.destroy();
    }
  };

  /** Delivers what is due and not held back. */
  const flush = (line: Line, pipe: Pipe): void => {
    clearTimeout(pipe.timer);
    pipe.timer = undefined;
    for (let next = pipe.waiting[0]; next; next = pipe.waiting[0]) {
      if (!lines.has(line) || meets(line, pipe)?.kind === 'hold') return;
      const inMs = next.dueAtMs - performance.now();
      if (inMs > 0) {
        pipe.timer = setTimeout(flush, Math.ceil(inMs), line, pipe);
        return;
      }
      pipe.waiting.shift();
      deliver(line, pipe, next);
    }
  };

  const deliver = (line: Line, pipe: Pipe, { bytes }: Piece): void => {
    const met = meets(line, pipe);
    if (bytes === undefined) end(line, 'cut');
    else if (met?.kind === 'cut-reply' && pipe.way === 'to-client') {
      cut += 1;
      if (cut % (met.times ?? 1) === 0) fault = null;
      if (met.keep === 'nothing') end(line, 'cut');
      else {
        // Its part has to leave before the line is reset: a reset throws away what is still to be sent.
        line.pipes.forEach(({ waiting }) => waiting.splice(0));
        const part = 1 + Math.floor(random() * (bytes.length - 1));
        pipe.to.write(bytes.subarray(0, part), () => end(line, 'cut'));
      }
    } else pipe.to.write(bytes);
  };

  const push = (line: Line, pipe: Pipe, bytes?: Buffer): void => {
    const met = meets(line, pipe);
    const delayMs = met?.kind === 'slow' ? met.ms + random() * (met.jitterMs ?? 0) : 0;
    pipe.lastDueAtMs = Math.max(pipe.lastDueAtMs, performance.now() + delayMs);
    pipe.waiting.push({ ...(bytes ? { bytes } : {}), dueAtMs: pipe.lastDueAtMs });
    if (!pipe.timer) flush(line, pipe);
  };

  const follow = (line: Line, from: Socket, pipe: Pipe): void => {
    from.on('data', (bytes: Buffer) => {
      if (pipe.way === 'to-server' && line.name === '') {
        line.name = CONNECTION_NAME.exec(bytes.toString('latin1'))?.[1] ?? '';
      }
      push(line, pipe, bytes);
    });
    from.on('error', () => undefined); // the other side went away: what this proxy is for
    from.once('close', () => {
      if (lines.has(line)) push(line, pipe);
    });
  };

  const proxy = createServer((client) => {
    const server = connect(typeof targetPort === 'number' ? targetPort : targetPort(), '127.0.0.1');
    const pipes = [
      { way: 'to-server', to: server, waiting: [], lastDueAtMs: 0 },
      { way: 'to-client', to: client, waiting: [], lastDueAtMs: 0 },
    ] satisfies [Pipe, Pipe];
    const line: Line = { client, server, name: '', pipes };
    lines.add(line);
    for (const socket of [client, server]) socket.setNoDelay(true);
    follow(line, client, pipes[0]);
    follow(line, server, pipes[1]);
    const met = faultOf(line);
    if (met?.kind === 'cut' || met?.kind === 'reset') end(line, met.kind);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');

  const change = (next: LineFault | null, nextOnly?: string): void => {
    const before = fault;
    const isForgotten = before?.kind === 'hold' && before.atEnd === 'reset';
    const forgotten = isForgotten
      ? [...lines].filter((line) =>
          line.pipes.some((pipe) => meets(line, pipe) === before && pipe.waiting.length > 0),
        )
      : [];
    [fault, only, cut] = [next, nextOnly, next?.kind === 'cut-reply' ? 0 : cut];
    for (const line of forgotten) end(line, 'reset');
    for (const line of [...lines]) {
      const met = faultOf(line);
      if (met?.kind === 'cut' || met?.kind === 'reset') end(line, met.kind);
      else for (const pipe of line.pipes) flush(line, pipe);
    }
  };
  return {
    port: (proxy.address() as AddressInfo).port,
    set: (next, options) => change(next, options?.only),
    heal: () => change(null),
    cutReplies: () => cut,
    isHolding: () =>
      [...lines].some((line) =>
        line.pipes.some((pipe) => pipe.waiting.length > 0 && meets(line, pipe)?.kind === 'hold'),
      ),
    async close() {
      const closed = once(proxy, 'close');
      proxy.close();
      for (const line of [...lines]) end(line, 'cut');
      await closed;
    },
  };
}
