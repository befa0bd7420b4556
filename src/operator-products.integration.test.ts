import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { OperatorProductBody } from './contracts/operator-http.ts';
import { aPng } from './testing/a-picture.ts';
import { tokenOf, type Answer } from './testing/test-api.ts';
import { auditOf } from './testing/test-operator.ts';
import { givenProduct, givenSale } from './testing/test-sale.ts';
import { startTestProcesses, type TestProcesses } from './testing/test-processes.ts';
import { until } from './testing/until.ts';

let shop: TestProcesses;
let productId: string;
beforeAll(async () => {
  shop = await startTestProcesses();
});
afterAll(() => shop.close());
beforeEach(async () => {
  productId = await givenProduct(shop.services.db);
});

const productOf = ({ body }: Answer) => body as OperatorProductBody;

describe('a product', () => {
  it('is made, read, listed newest first, and edited on every page that shows it', async () => {
    const wanted = { name: 'Lamp', description: 'Bright', priceMinor: 4_900, currency: 'EUR' };
    const made = await shop.operator.post('/products', { ...wanted, reason: 'new' });
    expect(made.status).toBe(201);
    const { id } = productOf(made);
    expect((await shop.operator.get(`/products/${id}`)).body).toEqual(made.body);
    const page = (await shop.operator.get('/products?limit=1')).body as {
      products: OperatorProductBody[];
      nextCursor: string;
    };
    expect(page.products[0]!.id).toBe(id);
    const next = (await shop.operator.get(`/products?limit=1&cursor=${page.nextCursor}`)).body as typeof page;
    expect(next.products[0]!.id).toBe(productId);

    const { saleId } = await givenSale(shop.services, { productId: id });
    const before = await shop.apis[1].saleStatus(saleId);
    expect((await shop.operator.patch(`/products/${id}`, 1, { name: 'Lantern' })).status).toBe(200);
    const after = await until(async () => {
      const status = await shop.apis[1].saleStatus(saleId);
      return status?.product.name === 'Lantern' ? status : undefined;
    });
    expect(after.seq).toBeGreaterThan(before!.seq); // or a page that has it would be told "not modified"
    expect(await auditOf(shop.services.db, `product:${id}`)).toMatchObject([
      { action: 'product.create', reason: 'new', after: wanted },
      { action: 'product.edit', before: { name: 'Lamp' }, after: { name: 'Lantern' } },
    ]);
  });

  it('keeps its price while a sale of it is open or about to be', async () => {
    await givenSale(shop.services, { productId });
    const edit = (body: object) => shop.operator.patch(`/products/${productId}`, 1, body);
    expect((await edit({ priceMinor: 1 })).problem.code).toBe('product_on_sale');
    expect((await edit({ priceMinor: 4_900, name: 'Same price' })).status).toBe(200);
  });

  it('that nobody knows is not found', async () => {
    const path = `/products/${randomUUID()}`;
    expect((await shop.operator.get(path)).problem.code).toBe('product_not_found');
    expect((await shop.operator.patch(path, 1, { name: 'x' })).problem.code).toBe('product_not_found');
    expect((await shop.operator.get('/products/x')).status).toBe(400);
  });

  it('has a picture that every process serves, and nothing that only says it is one', async () => {
    const { saleId } = await givenSale(shop.services, { productId });
    const upload = (body: Buffer<ArrayBuffer>, headers: Record<string, string> = { 'If-Match': '"v1"' }) =>
      fetch(`${shop.apis[0].url}/api/admin/products/${productId}/picture`, {
        method: 'POST',
        body,
        headers: {
          ...{ Authorization: tokenOf(shop.operator.id, { role: 'operator' }), 'Content-Type': 'image/png' },
          ...headers,
        },
      });
    expect((await upload(Buffer.from('<svg onload="alert(1)"/>'))).status).toBe(400);
    expect((await upload(Buffer.alloc(2 ** 20 + 1))).status).toBe(413);
    expect((await upload(aPng(), {})).status).toBe(428);
    const { imageUrl } = (await (await upload(aPng())).json()) as OperatorProductBody;
    expect((await upload(aPng())).status).toBe(412);
    for (const api of shop.apis) {
      const isShown = async () => (await api.saleStatus(saleId))?.product.imageUrl === imageUrl;
      await until(isShown, { what: 'the page has the picture' });
      const served = await fetch(api.url + imageUrl);
      expect(Buffer.from(await served.arrayBuffer()).equals(aPng())).toBe(true);
      expect(Object.fromEntries(served.headers)).toMatchObject({
        'content-type': 'image/png',
        'x-content-type-options': 'nosniff',
        'cache-control': 'public, max-age=31536000, immutable',
        'content-security-policy': "default-src 'none'; sandbox",
      });
    }
    expect((await shop.apis[0].send(`/api/pictures/${'0'.repeat(64)}`)).problem.code).toBe('not_found');
    expect((await shop.apis[0].send('/api/pictures/..%2f')).status).toBe(400);
  });
});
