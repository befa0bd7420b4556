#!/bin/sh
# Who the application connects as owns the database and is no superuser, so that rights it has given up hold for it too
# (docs/decisions/0023). Runs once, when the volume is new.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" --username "${POSTGRES_USER:-postgres}" <<'SQL'
create role stampede_owner login nosuperuser nocreatedb nocreaterole password :'password';
create database stampede owner stampede_owner;
SQL
