-- One row, `t` if the books balance: money is neither made nor lost, each transfer has its two entries that cancel each
-- other, and each account stands where its last entry says.
SELECT (SELECT sum(balance) = :opening::numeric * :accounts FROM bench_ledger.accounts)
    AND (SELECT count(*) FROM bench_ledger.entries) = 2 * (SELECT count(*) FROM bench_ledger.transfers)
    AND NOT EXISTS (SELECT FROM bench_ledger.entries GROUP BY transfer HAVING count(*) <> 2 OR sum(amount) <> 0)
    AND NOT EXISTS (
        SELECT FROM bench_ledger.accounts a
        LEFT JOIN bench_ledger.entries e ON e.account = a.id AND e.version = a.version
        WHERE a.balance <> coalesce(e.balance, :opening) OR (e.account IS NULL) <> (a.version = 0)
    );
