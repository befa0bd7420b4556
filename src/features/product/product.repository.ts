import type { Database } from '../../infrastructure/postgres/database.ts';

export interface NewProduct {
  name: string;
  description?: string;
  imageUrl?: string;
  priceMinor: number;
  /** ISO 4217. */
  currency: string;
}

/** @returns the new product's id */
export async function insertProduct(db: Database, product: NewProduct): Promise<string> {
  const { name, description = '', imageUrl = '', priceMinor, currency } = product;
  const [row] = await db<{ id: string }>('products')
    .insert({ name, description, image_url: imageUrl, price_minor: priceMinor, currency } as object)
    .returning('id');
  if (!row) throw new Error('the product was not written');
  return row.id;
}
