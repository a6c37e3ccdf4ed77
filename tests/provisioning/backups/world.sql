-- Some of all that an app may have made.
create type mood as enum ('sad', 'it''s "ok"', 'glad');
create type pair as (a integer, b text);
create domain positive as integer check (value > 0);
create schema "Über ""x""";
create function doubled(integer) returns integer language sql immutable as 'select $1 * 2';
create table kinds (
    id bigint generated always as identity primary key, small smallint, whole positive, big bigint, exact numeric(40, 20),
    single real, double double precision, flag boolean, body text, short varchar(5), fixed char(4), raw bytea,
    at timestamptz, local timestamp(3), day date, moment time, span interval, mark uuid, doc jsonb, old json,
    words text[], grid integer[][], feeling mood, net inet, hw macaddr, bits bit varying, range int4range,
    many tstzmultirange, spot point, search tsvector, twain pair, paid money, tree xml,
    twice bigint generated always as (big * 2) stored, three integer default doubled(3)
);
insert into kinds (
    small, whole, big, exact, single, double, flag, body, short, fixed, raw, at, local, day, moment, span, mark, doc, old, words,
    grid, feeling, net, hw, bits, range, many, spot, search, twain, paid
)
select
    i % 100, i, i * bigint '1000000007', i / 7.0, i / 3.0, 'nan', i % 2 = 0, E'tab\t "quote" \\. ünï ' || i, 'ab', 'x', decode(md5(i::text), 'hex'),
    timestamptz 'infinity', now()::timestamp, '4713-01-01 BC', '24:00', '-1 mon 3 days 04:05:06', md5(i::text)::uuid,
    jsonb_build_object('n', i, 'e', '\u0041'), '{"a": 1, "a": 2}', array[null, '', 'NULL', '{}'], '{{1,2},{3,4}}', 'it''s "ok"',
    '::1/64', '08:00:2b:01:02:03', b'101', 'empty', '{[2001-01-01,2002-01-01)}', '(1,2)', 'a:1 b:2', row(1, '')::pair, 1.5
from generate_series(1, 500) as i;
insert into kinds default values;
create table "Über ""x"""."odd; drop table" ("the "" column" text primary key, filler text);
insert into "Über ""x"""."odd; drop table" values ('a', repeat(md5('x'), 100000)), (E'\\.\n', null);
create table chickens (id integer primary key, egg integer);
create table eggs (id integer primary key, chicken integer references chickens deferrable);
alter table chickens add foreign key (egg) references eggs deferrable initially deferred;
begin; insert into chickens values (1, 1), (2, 2); insert into eggs values (1, 2), (2, 1); commit;
create unlogged table fleeting as select i as id from generate_series(1, 10) as i;
create table measured (id integer, day date not null) partition by range (day);
create table measured_2025 partition of measured for values from ('2025-01-01') to ('2026-01-01');
create table measured_rest partition of measured default;
insert into measured values (1, '2025-05-05'), (2, '2030-01-01');
create table parent (id integer);
create table child (more text) inherits (parent);
insert into parent values (1); insert into child values (2, 'x');
create sequence counter start 41 increment 3;
select nextval('counter'), nextval('counter');
create view glad as select id, body from kinds where feeling = 'glad';
create materialized view counted as select feeling, count(*) from kinds group by feeling;
create function stamp() returns trigger language plpgsql as $$ begin new.body := coalesce(new.body, 'stamped'); return new; end $$;
create trigger stamped before insert or update on kinds for each row execute function stamp();
create rule quiet as on delete to fleeting do instead nothing;
create statistics stats on id, day from measured;
create table notes (id integer primary key, who text, status varchar(9) check (status in ('new', 'old')), unique nulls not distinct (who));
insert into notes values (1, 'ann', 'new'), (2, 'ben', 'old');
alter table notes enable row level security;
create policy "their own" on notes using (who = current_setting('app.who', true));
create index on notes (lower(who)) where status in ('new', 'old');
comment on table notes is 'it''s noted';
select lo_from_bytea(0, 'large object');
