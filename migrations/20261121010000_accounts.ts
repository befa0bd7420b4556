import type { Knex } from 'knex';

/** What sessions and deleted accounts need. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- The token this one was given for: a used token that comes back tells a lost answer from a thief by whether what
    -- followed it was used as well.
    alter table refresh_tokens add column parent_id uuid references refresh_tokens (id) on delete set null;
    create index refresh_tokens_parent_idx on refresh_tokens (parent_id);

    -- A user is never deleted, for orders stay: the row keeps its id and loses everything that names a person.
    alter table users add column deleted_at timestamptz;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table users drop column deleted_at;
    alter table refresh_tokens drop column parent_id;
  `);
}
