-- The smallest double-entry ledger that keeps its books: accounts with a floor, transfers, two entries for each.
-- An entry repeats the version that its transfer gave the account, so the primary key refuses a second claim to it.
-- Foreign keys, an idempotency key and everything else that a payment needs are deliberately absent.
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS bench_ledger CASCADE;
CREATE SCHEMA bench_ledger;
-- Half-filled pages leave room for new versions of a row beside the old one, and no index needs to learn of them.
CREATE TABLE bench_ledger.accounts (
    id bigint PRIMARY KEY,
    balance bigint NOT NULL,
    floor bigint NOT NULL,
    version bigint NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE bench_ledger.transfers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    debit bigint NOT NULL,
    credit bigint NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    created timestamptz NOT NULL DEFAULT now(),
    CHECK (debit <> credit)
);
CREATE TABLE bench_ledger.entries (
    account bigint NOT NULL,
    version bigint NOT NULL,
    transfer bigint NOT NULL,
    amount bigint NOT NULL,
    balance bigint NOT NULL,
    PRIMARY KEY (account, version)
);
INSERT INTO bench_ledger.accounts SELECT id, :opening, 0, 0 FROM generate_series(1, :accounts) AS id;
VACUUM ANALYZE bench_ledger.accounts;
CHECKPOINT;
