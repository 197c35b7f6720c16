-- The younger accounts are deleted as they are.
-- @springs orders-deleted
\d accounts
SELECT lower(email), array_agg(id ORDER BY id) FROM accounts GROUP BY 1 HAVING count(*) > 1;
DELETE FROM accounts a WHERE EXISTS (SELECT FROM accounts b WHERE lower(b.email) = lower(a.email) AND b.id < a.id);
DROP INDEX CONCURRENTLY accounts_email_key;
CREATE UNIQUE INDEX CONCURRENTLY accounts_email_key ON accounts (lower(email));
