import type { Knex } from 'knex';

/** The tables of the design's section 5. The reasons for what is unusual stand beside it. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table users (
      id uuid primary key default gen_random_uuid(),
      email text not null,
      name text not null default '',
      password_hash text,
      role text not null default 'shopper' check (role in ('shopper', 'operator', 'admin')),
      blocked boolean not null default false,
      created_at timestamptz not null default now()
    );
    create unique index users_email_key on users (lower(email));

    create table refresh_tokens (
      id uuid primary key default gen_random_uuid(),
      user_id uuid not null references users (id),
      token_hash text not null unique,
      family uuid not null,
      expires_at timestamptz not null,
      used_at timestamptz,
      revoked_at timestamptz,
      created_at timestamptz not null default now()
    );
    create index refresh_tokens_family_idx on refresh_tokens (family);
    create index refresh_tokens_user_idx on refresh_tokens (user_id);

    create table products (
      id uuid primary key default gen_random_uuid(),
      name text not null,
      description text not null default '',
      image_url text not null default '',
      price_minor integer not null check (price_minor >= 0),
      currency char(3) not null,
      version integer not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );

    create table flash_sales (
      id uuid primary key default gen_random_uuid(),
      product_id uuid not null references products (id),
      name text not null,
      starts_at timestamptz not null,
      ends_at timestamptz not null,
      state text not null default 'active' check (state in ('active', 'paused', 'stopped')),
      per_shopper_limit integer not null default 1 check (per_shopper_limit >= 1),
      version integer not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      check (starts_at < ends_at)
    );
    create index flash_sales_ends_at_idx on flash_sales (ends_at);

    -- Apart from flash_sales: the settle lane rewrites this row hundreds of times a second, so that its lock and its
    -- bloat are its own. fillfactor leaves room for in-page (HOT) updates.
    create table stocks (
      id uuid primary key default gen_random_uuid(),
      sale_id uuid not null unique references flash_sales (id),
      total integer not null check (total >= 0),
      sold integer not null default 0 check (sold >= 0),
      gate_epoch integer not null default 0 check (gate_epoch >= 0),
      version bigint not null default 1,
      constraint stocks_never_oversold check (sold <= total)
    ) with (fillfactor = 50);

    -- user_id has no foreign key here on purpose: an attempt whose account is unknown must still get its rejected
    -- row, else it could never be answered. Its order has the foreign key.
    create table purchase_attempts (
      id uuid primary key,
      sale_id uuid not null references flash_sales (id),
      user_id uuid not null,
      quantity integer not null check (quantity between 1 and 1000),
      -- Null only for an attempt that was set aside: what it carried may be what another row holds.
      sequence bigint,
      idempotency_key text check (length(idempotency_key) between 1 and 128),
      outcome text not null check (outcome in ('confirmed', 'rejected')),
      reason text,
      admitted_at timestamptz not null,
      settled_at timestamptz not null default now(),
      unique (sale_id, sequence),
      unique (sale_id, user_id, idempotency_key),
      check ((outcome = 'rejected') = (reason is not null))
    );

    create table orders (
      id uuid primary key,
      attempt_id uuid not null unique references purchase_attempts (id),
      sale_id uuid not null references flash_sales (id),
      product_id uuid not null references products (id),
      user_id uuid not null references users (id),
      quantity integer not null check (quantity >= 1),
      unit_price_minor integer not null check (unit_price_minor >= 0),
      currency char(3) not null,
      status text not null default 'confirmed' check (status in ('confirmed', 'cancelled')),
      created_at timestamptz not null default now()
    );
    create index orders_sale_user_idx on orders (sale_id, user_id);
    create index orders_user_created_idx on orders (user_id, created_at desc, id desc);

    -- Append-only. delta sums to what is unsold: +n when units are put on sale, -n when a batch is settled,
    -- +n when an order is cancelled.
    create table stock_movements (
      id bigint generated always as identity primary key,
      stock_id uuid not null references stocks (id),
      delta integer not null check (delta <> 0),
      cause text not null check (cause in ('initial', 'settled', 'operator', 'cancellation')),
      change_id uuid unique,
      at timestamptz not null default now()
    );
    create index stock_movements_stock_idx on stock_movements (stock_id);

    create table audit_log (
      id bigint generated always as identity primary key,
      actor_id uuid references users (id),
      action text not null,
      subject text not null,
      reason text,
      before jsonb,
      after jsonb,
      at timestamptz not null default now()
    );

    create function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception '% is append-only', tg_table_name;
    end $$;
    create trigger stock_movements_append_only before update or delete on stock_movements
      for each statement execute function refuse_change();
    create trigger audit_log_append_only before update or delete on audit_log
      for each statement execute function refuse_change();

    -- The reconcile leader; a holder that does not renew loses the lease at expires_at.
    create table leases (
      name text primary key,
      holder uuid not null,
      expires_at timestamptz not null
    );

    -- Written by the readiness check: ready means that a write works.
    create table health_probe (
      id smallint primary key check (id = 1),
      written_at timestamptz not null
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table health_probe, leases, audit_log, stock_movements, orders, purchase_attempts, stocks, flash_sales,
      products, refresh_tokens, users;
    drop function refuse_change();
  `);
}
