import type { Knex } from 'knex';

/** What operators need: drafts, pictures, cancelled orders, answers by idempotency key, and logs nobody can rewrite. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table flash_sales drop constraint flash_sales_state_check;
    alter table flash_sales add constraint flash_sales_state_check
      check (state in ('draft', 'active', 'paused', 'stopped'));

    alter table users add column version integer not null default 1;

    -- A cancellation is told (the shopper's count at the gate, kept orders, sockets) after its commit; until
    -- cancellation_told_at is set, reconcile tells it again. No order is in the index while all is told.
    alter table orders add column cancelled_at timestamptz, add column cancellation_told_at timestamptz;
    create index orders_cancellation_untold_idx on orders (sale_id)
      where cancelled_at is not null and cancellation_told_at is null;

    -- Named by what is in them, so that a changed picture has another address and each may be kept for ever.
    create table pictures (
      hash text primary key check (hash ~ '^[0-9a-f]{64}$'),
      media_type text not null check (media_type in ('image/png', 'image/jpeg', 'image/webp')),
      bytes bytea not null check (length(bytes) between 1 and 1048576),
      created_at timestamptz not null default now()
    );

    -- The answer to each change that was asked for with an Idempotency-Key, written in the change's own transaction.
    create table operator_requests (
      actor_id uuid not null references users (id),
      key text not null check (length(key) between 1 and 128),
      fingerprint text not null,
      answer json, -- as it was sent, to the letter
      created_at timestamptz not null default now(),
      primary key (actor_id, key)
    );

    alter table audit_log add column request_id text;
    create index audit_log_subject_idx on audit_log (subject, id);
    create index audit_log_actor_idx on audit_log (actor_id, id);

    create trigger stock_movements_never_emptied before truncate on stock_movements
      for each statement execute function refuse_change();
    create trigger audit_log_never_emptied before truncate on audit_log
      for each statement execute function refuse_change();
    -- The application owns its tables, and an owner has every right it does not give up.
    revoke update, delete, truncate on audit_log, stock_movements from current_user, public;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    grant update, delete, truncate on audit_log, stock_movements to current_user;
    drop trigger audit_log_never_emptied on audit_log;
    drop trigger stock_movements_never_emptied on stock_movements;
    drop index audit_log_subject_idx, audit_log_actor_idx;
    alter table audit_log drop column request_id;
    drop table operator_requests, pictures;
    drop index orders_cancellation_untold_idx;
    alter table orders drop column cancelled_at, drop column cancellation_told_at;
    alter table users drop column version;
    update flash_sales set state = 'paused' where state = 'draft';
    alter table flash_sales drop constraint flash_sales_state_check;
    alter table flash_sales add constraint flash_sales_state_check
      check (state in ('active', 'paused', 'stopped'));
  `);
}
