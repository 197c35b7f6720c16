-- The same by the catalog, and with REINDEX for what was left.
SELECT indexrelid::regclass, indisunique, indisvalid, indisready FROM pg_index WHERE indrelid = 'accounts'::regclass;
SELECT a.id, a.email, (SELECT count(*) FROM orders o WHERE o.account_id = a.id) AS orders
FROM accounts a WHERE lower(email) IN (SELECT lower(email) FROM accounts GROUP BY 1 HAVING count(*) > 1) ORDER BY lower(email), id;
BEGIN;
UPDATE orders o SET account_id = k.keep
FROM (SELECT id, min(id) OVER (PARTITION BY lower(email)) AS keep FROM accounts) k
WHERE o.account_id = k.id AND k.id <> k.keep;
DELETE FROM accounts a WHERE EXISTS (SELECT FROM accounts b WHERE lower(b.email) = lower(a.email) AND b.id < a.id);
COMMIT;
REINDEX INDEX CONCURRENTLY accounts_email_key;
