import type { Knex } from 'knex';

/**
 * An order's product is its sale's: one foreign key to both takes the place of one to each. It promises more, and PostgreSQL
 * checks each key of each row by a query of its own: those of an order's five keys were a third of what settling cost it.
 *
 * Nobody waits for it: rows that are there already were checked by the two old keys, the next migration checks them again.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table flash_sales add constraint flash_sales_id_product_id_key unique (id, product_id);
    alter table orders
      add constraint orders_sale_product_fkey
        foreign key (sale_id, product_id) references flash_sales (id, product_id) not valid,
      drop constraint orders_sale_id_fkey,
      drop constraint orders_product_id_fkey;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table orders
      drop constraint orders_sale_product_fkey,
      add constraint orders_sale_id_fkey foreign key (sale_id) references flash_sales (id),
      add constraint orders_product_id_fkey foreign key (product_id) references products (id);
    alter table flash_sales drop constraint flash_sales_id_product_id_key;
  `);
}
