import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { get } from 'node:http';
import type { Duplex } from 'node:stream';
import { io, type Socket } from 'socket.io-client';
import type { AttemptStatusBody, ClientEvents, SaleStatusBody, ServerEvents } from './contracts/http.ts';
import { changeSaleState } from './features/sale/sale.service.ts';
import type { SaleDetails } from './features/sale/sale.model.ts';
import { startTestApi, tokenOf, type TestApi } from './testing/test-api.ts';
import { startTestPipeline, type TestPipeline } from './testing/test-pipeline.ts';
import { givenSale, givenShoppers } from './testing/test-sale.ts';
import { until } from './testing/until.ts';

interface Listener {
  socket: Socket<ServerEvents, ClientEvents>;
  ticks: (SaleStatusBody & { heardAtMs: number })[];
  outcomes: AttemptStatusBody[];
  times: { serverTime: string }[];
}

let pipeline: TestPipeline;
/** Two API processes' compositions over one Redis and one PostgreSQL. */
let apis: [TestApi, TestApi];
let shoppers: string[];
let taken = 0;
const listeners: Listener[] = [];

beforeAll(async () => {
  pipeline = await startTestPipeline();
  shoppers = await givenShoppers(pipeline.db, 40);
  apis = [await startTestApi(pipeline), await startTestApi(pipeline)];
  await pipeline.startWorker();
});
afterEach(() => {
  for (const { socket } of listeners.splice(0)) socket.disconnect();
});
afterAll(async () => {
  for (const api of apis) await api.close();
  await pipeline.close();
});

/** What a client sends that wants a WebSocket; the key is any 16 bytes. */
const UPGRADE = {
  ...{ Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' },
  'Sec-WebSocket-Key': Buffer.alloc(16).toString('base64'),
};

/** Asks for a WebSocket by itself, without any client. */
function openLine({ url }: TestApi, query = ''): Promise<{ status: number | undefined; line?: Duplex }> {
  return new Promise((resolve, reject) => {
    get(`${url}/socket.io/?EIO=4&transport=websocket${query}`, { headers: UPGRADE })
      .on('error', reject)
      .on('upgrade', ({ statusCode }, line: Duplex) => resolve({ status: statusCode, line }))
      .on('response', (response) => resolve({ status: response.resume().statusCode }));
  });
}

/** A frame that says "9", which means nothing; its mask is zero. */
const NONSENSE_FRAME = Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x39]);
const CLOSE_FRAME = 0x88;

const aShopper = (): string => shoppers[taken++]!;

/** A page that is connected to a process, signed in when there is a token. */
async function listen({ url }: TestApi, token?: string): Promise<Listener> {
  const socket: Listener['socket'] = io(url, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    ...(token === undefined ? {} : { auth: { token } }),
  });
  const listener: Listener = { socket, ticks: [], outcomes: [], times: [] };
  listeners.push(listener);
  socket.on('sale:tick', (body) => listener.ticks.push({ ...body, heardAtMs: Date.now() }));
  socket.on('purchase:outcome', (body) => listener.outcomes.push(body));
  socket.on('server:time', (body) => listener.times.push(body));
  await until(() => socket.connected && listener.times.length > 0, { what: 'the socket stands' });
  return listener;
}

const bare = (shopperId: string): string => tokenOf(shopperId).slice('Bearer '.length);
const firstTick = (listener: Listener): Promise<SaleStatusBody> =>
  until(() => listener.ticks[0], { what: 'a tick comes' });

describe('a socket', () => {
  it('is told the time of the server at once', async () => {
    const { times } = await listen(apis[0]);
    expect(Math.abs(Date.parse(times[0]!.serverTime) - Date.now())).toBeLessThan(2_000);
  });

  it('that watches a sale is told its status at once, the same that HTTP tells', async () => {
    const { saleId } = await givenSale(pipeline, { stock: 7 });
    const listener = await listen(apis[0]);
    listener.socket.emit('sale:watch', { saleId: saleId.toUpperCase() });
    const {
      heardAtMs: _heardAtMs,
      serverTime: _tickTime,
      ...tick
    } = (await firstTick(listener)) as Listener['ticks'][0];
    const { serverTime: _serverTime, ...told } = (await apis[1].saleStatus(saleId))!;
    expect(tick).toEqual(told);
  });

  it('watches one sale at a time', async () => {
    const [first, second] = [await givenSale(pipeline), await givenSale(pipeline)];
    const listener = await listen(apis[0]);
    listener.socket.emit('sale:watch', { saleId: first.saleId });
    await firstTick(listener);
    listener.socket.emit('sale:watch', { saleId: second.saleId });
    await until(() => listener.ticks.at(-1)?.saleId === second.saleId, { what: 'it watches the second' });
    const before = listener.ticks.length;
    await changeSaleState(pipeline, first.saleId, 'paused', { actorId: null });
    await changeSaleState(pipeline, second.saleId, 'paused', { actorId: null });
    await until(() => listener.ticks.at(-1)?.state === 'paused', { what: 'the second is paused' });
    expect(new Set(listener.ticks.slice(before).map(({ saleId }) => saleId))).toEqual(
      new Set([second.saleId]),
    );
  });

  it('of another site’s page is refused', async () => {
    const refused = await fetch(`${apis[0].url}/socket.io/?EIO=4&transport=websocket`, {
      headers: { Origin: 'https://evil.example' },
    });
    expect(refused.status).toBe(400);
    expect(await refused.text()).not.toContain('sid');
    const socket = io(apis[0].url, {
      ...{ transports: ['websocket'], reconnection: false, forceNew: true },
      extraHeaders: { Origin: 'https://evil.example' },
    });
    let isRefused = false;
    socket.on('connect_error', () => (isRefused = true));
    await until(() => isRefused, { what: 'the handshake is refused' });
    expect(socket.connected).toBe(false);
  });

  it('counts among those of its address while its line stands, whatever is said on it', async () => {
    const api = await startTestApi(pipeline);
    const lines: Duplex[] = [];
    const connect = async (): Promise<number | undefined> => {
      const { status, line } = await openLine(api);
      if (line) lines.push(line);
      return status;
    };
    try {
      for (let n = 0; n < 200; n += 1) expect(await connect()).toBe(101);
      expect(await connect()).toBe(400);

      // Hung up on, and it does not go.
      const [line] = lines as [Duplex];
      let isHungUp = false;
      line.on('data', (chunk: Buffer) => (isHungUp ||= chunk[0] === CLOSE_FRAME));
      line.write(NONSENSE_FRAME);
      await until(() => isHungUp, { what: 'the server hangs up' });
      expect(await connect()).toBe(400);
      line.destroy();
      await until(async () => (await connect()) === 101, { what: 'another one may come' });
    } finally {
      for (const line of lines) line.destroy();
      await api.close();
    }
  });

  it('cannot take another line by the id of its first', async () => {
    const { socket } = await listen(apis[0]);
    const { status, line } = await openLine(apis[0], `&sid=${socket.io.engine.id}`);
    line?.destroy();
    expect(status).toBe(400);
  });

  it('that talks without end is cut off', async () => {
    const { socket } = await listen(apis[0]);
    const { saleId } = await givenSale(pipeline, { stock: 1 });
    for (let n = 0; n < 100; n += 1) socket.emit('sale:watch', { saleId });
    await until(() => !socket.connected, { what: 'the socket is cut off' });
  });

  it('that asks for nonsense hears nothing and is served all the same', async () => {
    const { saleId } = await givenSale(pipeline);
    const listener = await listen(apis[0]);
    const emit = listener.socket.emit.bind(listener.socket) as (event: string, ...args: unknown[]) => void;
    for (const asked of [
      null,
      7,
      {},
      { saleId: 7 },
      { saleId: 'x' },
      { saleId: '*'.repeat(36) },
      { saleId: randomUUID() },
    ])
      emit('sale:watch', asked);
    emit('sale:watch');
    emit('nothing', {});
    emit('sale:watch', { saleId });
    expect((await firstTick(listener)).saleId).toBe(saleId);
  });
});

describe('ticks', () => {
  it('come at most 5 a second, and neither seq nor what is left ever goes back', async () => {
    const sale = await givenSale(pipeline, { stock: 20 });
    const pages = [await listen(apis[0]), await listen(apis[1])];
    for (const { socket } of pages) socket.emit('sale:watch', { saleId: sale.saleId });
    await Promise.all(pages.map(firstTick));
    for (let sold = 0; sold < 20; sold += 1) {
      const answer = await apis[sold % 2]!.attempt(aShopper(), { saleId: sale.saleId });
      expect(answer.status).toBe(202);
      const seen = pages[0]!.ticks.length;
      if (sold % 4 === 3) await until(() => pages[0]!.ticks.length > seen, { what: 'a tick comes' });
    }
    for (const { ticks } of pages) {
      await until(() => ticks.at(-1)?.state === 'sold_out', { what: 'everybody sees that it is sold out' });
      expect(ticks.length).toBeGreaterThan(2);
      for (const [index, tick] of ticks.slice(1).entries()) {
        expect(tick.seq).toBeGreaterThanOrEqual(ticks[index]!.seq);
        expect(tick.stock.remaining).toBeLessThanOrEqual(ticks[index]!.stock.remaining);
      }
      // The first is the answer to `sale:watch`. A busy machine delivers late, never more often.
      const tookSec = (ticks.at(-1)!.heardAtMs - ticks[1]!.heardAtMs) / 1_000;
      expect(ticks.length - 2).toBeLessThanOrEqual(5 * tookSec + 2);
    }
  });

  it('tell of a pause within a second, on every process', async () => {
    const sale: SaleDetails = await givenSale(pipeline);
    const pages = [await listen(apis[0]), await listen(apis[1])];
    for (const { socket } of pages) socket.emit('sale:watch', { saleId: sale.saleId });
    await Promise.all(pages.map(firstTick));
    await changeSaleState(pipeline, sale.saleId, 'paused', { actorId: null });
    const isPaused = () => pages.every(({ ticks }) => ticks.at(-1)?.state === 'paused');
    await until(isPaused, { timeoutMs: 1_000, what: 'every page sees the pause' });
  });
});

describe('an outcome', () => {
  it("accepted on one process reaches its owner's sockets on every process, and nobody else's", async () => {
    const { saleId } = await givenSale(pipeline);
    const [owner, other] = [aShopper(), aShopper()];
    const [accepting, serving] = apis;
    const [phone, desktop] = [await listen(serving, bare(owner)), await listen(accepting, bare(owner))];
    const strangers = [
      await listen(serving, bare(other)),
      await listen(serving),
      await listen(serving, 'not a token'),
      await listen(serving, tokenOf(owner, { lifetimeSec: -1 }).slice('Bearer '.length)),
    ];
    for (const { socket } of strangers) socket.emit('sale:watch', { saleId });
    await Promise.all(strangers.map(firstTick));

    const { attempt } = await accepting.attempt(owner, { saleId });
    for (const { outcomes } of [phone, desktop]) {
      await until(() => outcomes.length > 0, { what: 'the owner hears' });
      const status = await serving.send(`/api/purchase/status?attemptId=${attempt.attemptId}`, {
        headers: { Authorization: tokenOf(owner) },
      });
      expect(outcomes).toEqual([status.body]);
      expect(outcomes[0]).toMatchObject({ attemptId: attempt.attemptId, status: 'confirmed' });
    }

    // A later outcome of a stranger's own: whatever the first one was told to them would have come before it.
    await accepting.attempt(other, { saleId });
    await until(() => strangers[0]!.outcomes.length > 0, { what: 'the other shopper hears' });
    expect(strangers.map(({ outcomes }) => outcomes.length)).toEqual([1, 0, 0, 0]);
  });
});
