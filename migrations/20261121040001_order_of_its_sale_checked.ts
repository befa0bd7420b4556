import type { Knex } from 'knex';

/** In a transaction of its own: it reads every order, and orders can be written meanwhile. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table orders validate constraint orders_sale_product_fkey');
}

/** The constraint goes with the migration before this one. */
export async function down(): Promise<void> {}
