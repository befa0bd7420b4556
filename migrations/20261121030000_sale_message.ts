import type { Knex } from 'knex';

/** A word from the shop to those who look at a sale; empty when there is none. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table flash_sales add column message text not null default ''
      constraint flash_sales_message_check check (char_length(message) <= 280);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table flash_sales drop column message');
}
