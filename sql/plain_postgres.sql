-- For PostgreSQL without Supabase: the roles and the part of schema auth that Palaver's migrations expect.
--
-- Purpose:  anon, authenticated, service_role; auth.users, auth.identities; auth.uid(), auth.role(), auth.jwt(), auth.email().
-- Run it:   once in each database, before the migrations, as a role that may create roles and schemas.
-- Not for:  hosted Supabase, which brings all of this and does not let you change it.
-- Safe to repeat; where Supabase Auth made the tables, they are left as they are.

do $$
begin
    if to_regrole('anon') is null then
        create role anon nologin noinherit;
    end if;

    if to_regrole('authenticated') is null then
        create role authenticated nologin noinherit;
    end if;

    if to_regrole('service_role') is null then
        create role service_role nologin noinherit bypassrls;
    end if;
end
$$;

create schema if not exists auth;

create table if not exists auth.users (
    id uuid not null,
    instance_id uuid,
    aud text default 'authenticated',
    role text default 'authenticated',
    email text,
    encrypted_password text,
    email_confirmed_at timestamptz,
    last_sign_in_at timestamptz,
    raw_app_meta_data jsonb default '{}',
    raw_user_meta_data jsonb default '{}',
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    constraint users_pkey primary key (id)
);

create table if not exists auth.identities (
    id uuid not null,
    provider text not null,
    provider_id text not null,
    user_id uuid not null,
    identity_data jsonb not null default '{}',
    last_sign_in_at timestamptz,
    created_at timestamptz default now(),
    updated_at timestamptz default now(),
    constraint identities_pkey primary key (id),
    constraint identities_provider_provider_id_key unique (provider, provider_id),
    constraint identities_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade
);

create index if not exists identities_user_id_idx on auth.identities (user_id);

create or replace function auth.uid()
returns uuid
language sql
stable
as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.sub', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
    )::uuid
$$;

create or replace function auth.role()
returns text
language sql
stable
as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.role', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
    )
$$;

create or replace function auth.email()
returns text
language sql
stable
as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim.email', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
    )
$$;

create or replace function auth.jwt()
returns jsonb
language sql
stable
as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')
    )::jsonb
$$;

grant usage on schema auth to anon, authenticated, service_role;

grant usage on schema public to anon, authenticated, service_role;
