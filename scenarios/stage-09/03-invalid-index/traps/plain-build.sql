-- The index is built the quick way.
-- @springs writes-stopped
\d accounts
SELECT lower(email), array_agg(id ORDER BY id) FROM accounts GROUP BY 1 HAVING count(*) > 1;
UPDATE orders o SET account_id = k.keep
FROM (SELECT id, min(id) OVER (PARTITION BY lower(email)) AS keep FROM accounts) k
WHERE o.account_id = k.id AND k.id <> k.keep;
DELETE FROM accounts a WHERE EXISTS (SELECT FROM accounts b WHERE lower(b.email) = lower(a.email) AND b.id < a.id);
DROP INDEX CONCURRENTLY accounts_email_key;
CREATE UNIQUE INDEX accounts_email_key ON accounts (lower(email));
