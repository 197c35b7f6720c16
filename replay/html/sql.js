// Paints a statement's text: words of SQL, literals, numbers, comments. For reading alone; what a statement does was
// worked out by PostgreSQL's own parser before.
'use strict';

const sqlWords = new Set(`ADD ALL ALTER ANALYZE AND AS ASC BEGIN BETWEEN BY CASCADE CASE CHECK COLUMN COMMIT CONCURRENTLY
  CONSTRAINT COPY CREATE CROSS DATABASE DEFAULT DELETE DESC DISTINCT DO DROP ELSE END EXCEPT EXECUTE EXISTS EXPLAIN
  EXTENSION FALSE FETCH FIRST FOR FOREIGN FROM FULL FUNCTION GRANT GROUP HAVING IF ILIKE IN INDEX INNER INSERT INTERSECT
  INTO IS ISOLATION JOIN KEY LATERAL LEFT LEVEL LIKE LIMIT LOCK MATERIALIZED NOT NOTHING NOWAIT NULL NULLS OF OFFSET ON
  ONLY OR ORDER OUTER OVER OWNER PARTITION PREPARE PRIMARY PROCEDURE PUBLIC REFERENCES REINDEX RELEASE RENAME REPLACE
  RESET RETURNING REVOKE RIGHT ROLE ROLLBACK ROW ROWS SAVEPOINT SCHEMA SELECT SEQUENCE SET SHARE SHOW SKIP START TABLE
  TEMP THEN TO TRANSACTION TRIGGER TRUE TRUNCATE TYPE UNION UNIQUE UPDATE USER USING VACUUM VALUES VIEW WHEN WHERE WITH
  WITHOUT WORK`.split(/\s+/));

// Comment, dollar quotes, strings, quoted names, numbers, words: whatever none of them takes is plain.
const sqlTokens = new RegExp([
  '(--[^\\n]*|/\\*[\\s\\S]*?(?:\\*/|$))',
  "(\\$([A-Za-z_]\\w*)?\\$[\\s\\S]*?(?:\\$\\3\\$|$)|[eE]'(?:[^'\\\\]|''|\\\\[\\s\\S])*(?:'|$)|'(?:[^']|'')*(?:'|$))",
  '("(?:[^"]|"")*(?:"|$))',
  '(\\b\\d[\\w.]*)',
  '([A-Za-z_][\\w$]*)'].join('|'), 'g');

function paintedSql(text) {
  const out = document.createDocumentFragment();
  let done = 0;
  for (const match of text.matchAll(sqlTokens)) {
    const [whole, remark, literal, , , number, word] = match;
    const kind = remark ? 'remark' : literal ? 'literal' : number ? 'number' : null;
    // Some are functions too: left(…), replace(…).
    const isCall = /^(left|right|replace|user|row)$/i.test(word) && text[match.index + whole.length] === '(';
    const isWord = word && !isCall && sqlWords.has(word.toUpperCase());
    if (!kind && !isWord) continue;
    out.append(text.slice(done, match.index));
    out.append(isWord ? el('b', {}, whole) : el('span', { class: kind }, whole));
    done = match.index + whole.length;
  }
  out.append(text.slice(done));
  return out;
}

// Wraps every occurrence of `words` (lower case) below `node` in <mark>.
function markFound(node, words) {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (let text of texts) {
    for (let at; (at = text.data.toLowerCase().indexOf(words)) >= 0;) {
      const found = text.splitText(at);
      text = found.splitText(Math.min(words.length, found.data.length));
      found.replaceWith(el('mark', {}, found.data));
    }
  }
}
