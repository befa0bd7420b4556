import { afterEach, beforeEach, describe, it } from '@jest/globals';
import type { SaleDetails } from '../../src/features/sale/sale.model.ts';
import { startNginx, type TestNginx } from '../../src/testing/start-nginx.ts';
import { startProcess, type TestProcess } from '../../src/testing/start-process.ts';
import { givenSale, givenShoppers } from '../../src/testing/test-sale.ts';
import { startTestServices, type TestServices } from '../../src/testing/test-services.ts';
import { expectWholeDrop, playDrop } from './play-drop.ts';

const STOCK = 300;
const SHOPPERS = 900;

let services: TestServices;
let sale: SaleDetails;
let shoppers: string[];
let nginx: TestNginx | undefined;
let processes: TestProcess[] = [];

beforeEach(async () => {
  services = await startTestServices();
  sale = await givenSale(services, { stock: STOCK });
  shoppers = await givenShoppers(services.db, SHOPPERS);
  const variables = { TRUST_PROXY: 'loopback', ADDRESS_LIMIT_EXEMPT: 'loopback' };
  processes = await Promise.all([
    startProcess('server', services, { variables }),
    startProcess('server', services, { variables }),
    startProcess('worker', services, { variables }),
  ]);
  const ports = processes.flatMap((process) => {
    const line = process.logged().find(({ message }) => message === 'listening');
    return line ? [Number(line.port)] : [];
  });
  nginx = await startNginx({ upstreams: ports, tls: true });
}, 200_000);
afterEach(async () => {
  await nginx?.close();
  await Promise.all(processes.map((process) => process.kill()));
  await services.close();
}, 60_000);

const drop = () => ({ url: nginx!.url, certificate: nginx!.certificate, sale, shoppers });

describe('a drop through nginx over two API processes', () => {
  it('sells every unit once and answers everybody', async () => {
    const answers = await playDrop(drop());
    await expectWholeDrop(services, { sale, stock: STOCK, answers });
  }, 200_000);

  it('loses nobody an answer when one of them is killed in the middle of it', async () => {
    let killed: Promise<void> | undefined;
    const answered = (count: number): void => {
      if (count === STOCK / 2) killed = processes[0]!.kill();
    };
    const answers = await playDrop({ ...drop(), answered });
    await killed;
    await expectWholeDrop(services, { sale, stock: STOCK, answers });
  }, 200_000);
});
