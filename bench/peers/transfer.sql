-- One transfer between two accounts picked at random. The account with the lower number is locked first, so that two
-- transfers never wait for each other. An update that would break the floor finds no row, which ends the client.
\set debit random(1, :accounts)
\set credit 1 + (:debit + random(0, :accounts - 2)) % :accounts
\set amount random(1, 1000)
\set low least(:debit, :credit)
\set high greatest(:debit, :credit)
\set low_change case when :low = :debit then 0 - :amount else :amount end
\set high_change 0 - :low_change
BEGIN;
UPDATE bench_ledger.accounts SET balance = balance + :low_change, version = version + 1
    WHERE id = :low AND balance + :low_change >= floor RETURNING version AS low_version, balance AS low_balance \gset
UPDATE bench_ledger.accounts SET balance = balance + :high_change, version = version + 1
    WHERE id = :high AND balance + :high_change >= floor RETURNING version AS high_version, balance AS high_balance \gset
INSERT INTO bench_ledger.transfers (debit, credit, amount) VALUES (:debit, :credit, :amount)
    RETURNING id AS transfer \gset
INSERT INTO bench_ledger.entries (account, version, transfer, amount, balance) VALUES
    (:low, :low_version, :transfer, :low_change, :low_balance),
    (:high, :high_version, :transfer, :high_change, :high_balance);
COMMIT;
