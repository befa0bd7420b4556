import { describe, expect, it } from '@jest/globals';
import type { OpenStream } from '../../lib/http.ts';
import { createMemorySink, type ExportSink } from './export-sink.ts';
import { runExport, type ExportProgress } from './run-export.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** A stream of these pieces; an error cuts the connection there. */
function streamOf(...pieces: (string | Error)[]): OpenStream {
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const piece = pieces.shift();
      if (piece === undefined) controller.close();
      else if (typeof piece === 'string') controller.enqueue(bytes(piece));
      else controller.error(piece);
    },
  });
  return async () => ({ kind: 'ok', body: new Response(body, { headers: { 'X-Row-Count': '2' } }) });
}

function setUp(openStream: OpenStream, sink: Partial<ExportSink> = {}) {
  const seen: ExportProgress[] = [];
  let discarded = 0;
  const life = new AbortController();
  const memory = createMemorySink();
  const discard = async () => {
    discarded += 1;
    await memory.discard();
  };
  const deps = {
    openStream,
    openSink: async () => ({ ...memory, discard, ...sink }),
    onProgress: (progress: ExportProgress) => void seen.push(progress),
  };
  return {
    seen,
    life,
    discarded: () => discarded,
    end: () => runExport(deps, '/api/admin/sales/1/orders.csv', life.signal),
  };
}

describe('an export', () => {
  it('is written whole, and tells rows and bytes against what to expect', async () => {
    const { seen, end } = setUp(streamOf('a,b\r\n1,', '2\r\n3,4\r\n'));
    const ended = await end();
    expect(ended.kind === 'saved' && (await ended.file.text())).toBe('a,b\r\n1,2\r\n3,4\r\n');
    expect(seen).toEqual([
      { rows: 0, bytes: 0, expectedRows: 2 },
      { rows: 0, bytes: 7, expectedRows: 2 },
      { rows: 2, bytes: 15, expectedRows: 2 },
    ]);
  });

  it('that is cut is thrown away, and says how far it came', async () => {
    const { end, discarded } = setUp(streamOf('a\r\n1\r\n', new TypeError('network error')));
    expect(await end()).toEqual({ kind: 'cut', progress: { rows: 1, bytes: 6, expectedRows: 2 } });
    expect(discarded()).toBe(1);
  });

  it('that is cancelled is thrown away', async () => {
    const started = setUp(streamOf('a\r\n', new DOMException('aborted', 'AbortError')));
    started.life.abort();
    expect(await started.end()).toEqual({ kind: 'cancelled' });
    const running = setUp(streamOf('a\r\n', 'b\r\n', new DOMException('aborted', 'AbortError')), {
      write: async () => {
        running.life.abort();
        return true;
      },
    });
    expect(await running.end()).toEqual({ kind: 'cancelled' });
    expect(running.discarded()).toBe(1);
  });

  it('that finds no room is thrown away', async () => {
    const full = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
    for (const sink of [{ write: async () => false }, { finish: full }]) {
      const { end, discarded } = setUp(streamOf('a\r\n', 'b\r\n'), sink);
      expect(await end()).toEqual({ kind: 'no_room' });
      expect(discarded()).toBe(1);
    }
  });

  it('that is refused says why', async () => {
    expect(await setUp(async () => ({ kind: 'unreachable' })).end()).toEqual({
      kind: 'refused',
      answer: { kind: 'unreachable' },
    });
  });
});
