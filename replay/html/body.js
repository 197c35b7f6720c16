// What an open statement shows: its text, its answers, where its time went, and what was said about it.
'use strict';

function bodyOf(data, item) {
  const statement = item.statement;
  const out = [];
  const text = textOfStatement(data, statement);
  if (text !== '') out.push(el('pre', { class: 'sql', tabindex: text.length > 3000 ? '0' : null }, paintedSql(text)));
  if (statement.p) {
    const shown = statement.p.map((value, index) => `$${index + 1} = ${value === null ? 'NULL' : `'${value}'`}`);
    out.push(el('p', { class: 'small mono' }, shown.join('\n')));
  }
  for (const answer of answersOf(item)) out.push(...answerOf(answer));
  out.push(spentOf(answersOf(item)), ...item.marks.map(markOf));
  return out.filter(Boolean);
}

function answerOf(answer) {
  const out = (answer.notices || []).map((notice) => el('p', { class: 'small' }, notice));
  if (answer.cols) out.push(...tableOf(answer));
  if (answer.copied) out.push(el('pre', { class: 'copied', tabindex: '0' }, answer.copied));
  if (answer.error) out.push(errorOf(answer.error));
  if (answer.omitted) out.push(el('p', { class: 'small' }, `${many(answer.omitted, 'byte')} more were not kept in the record.`));
  if (answer.unanswered)
    out.push(el('p', { class: 'small' }, answer.outcome === 'skipped' ? 'Skipped by the server.' : 'No answer stands in the record.'));
  return out;
}

function errorOf(error) {
  const lines = [`${error.message}`];
  if (error.detail) lines.push(`DETAIL: ${error.detail}`);
  if (error.hint) lines.push(`HINT: ${error.hint}`);
  return el('div', { class: 'error' }, el('b', {}, `${error.severity} ${error.sqlstate} `), lines.join('\n'));
}

function tableOf(answer) {
  const right = answer.cols.map(([, isRight]) => isRight === 1);
  const cell = (value, index) => (value === null ? el('td', { class: 'null' }, 'NULL') :
    el('td', { class: right[index] ? 'right' : null }, value));
  const body = el('tbody');
  const addRows = (from, to) => body.append(...answer.rows.slice(from, to).map((row) => el('tr', {}, row.map(cell))));
  addRows(0, rowsAtOnce);
  const table = el('table', {}, el('thead', {}, el('tr', {}, answer.cols.map(([label], index) =>
    el('th', { scope: 'col', class: right[index] ? 'right' : null }, label)))), body);
  const out = [el('div', { class: 'result', tabindex: '0', role: 'group', 'aria-label': 'Result' }, table)];
  if (answer.rows.length > rowsAtOnce) {
    const button = el('button', { type: 'button', class: 'more', onclick: () => { addRows(rowsAtOnce); button.remove(); } },
      `Show all ${answer.rows.length} rows`);
    out.push(button);
  }
  const counted = answer.counted || 0;
  const cut = counted - answer.rows.length;
  out.push(el('p', { class: 'small' }, cut > 0 ? `${many(counted, 'row')}, ${cut.toLocaleString('en')} of them not shown here` :
    many(counted, 'row')));
  return out;
}

function spentOf(answers) {
  const names = ['client', 'queued', 'server', 'transfer'];
  const colors = ['var(--line)', 'var(--warn)', 'var(--accent)', 'var(--mark)'];
  const answer = answers.find((each) => each.spent);
  if (!answer) return null;
  const spent = answer.spent.slice(1);
  const total = spent.reduce((sum, us) => sum + us, 0);
  if (total < 1e5) return null;  // of use where somebody waited
  const bar = el('div', { class: 'spent', 'aria-hidden': 'true' }, spent.map((us, index) => {
    const piece = el('i');
    piece.style.flexGrow = us;
    piece.style.background = colors[index + 1];
    return piece;
  }));
  const said = spent.map((us, index) => (us > 0 ? `${names[index + 1]} ${duration(us)}` : null)).filter(Boolean).join(', ');
  return el('div', {}, bar, el('p', { class: 'small' }, said));
}

function markOf(note) {
  if (note.k === 'comment')
    return el('p', { class: 'about comment' }, el('b', {}, note.s || 'comment'), el('span', {}, note.x));
  const verdict = { trap: 'fail', evidence: 'pass' }[note.k] || 'unknown';
  return el('p', { class: 'about' }, sign(verdict, note.k), noteText(note));
}

const labelOf = (note) => ({ trap: 'Trap sprung:', evidence: 'Evidence first seen:' }[note.k] || '');

function noteText(note) {
  const before = { probe: 'probe ', check: 'check ', workload: 'workload ', connection: 'connection ', cancel: 'connection ' }[note.k];
  if (note.k === 'evidence' || note.k === 'trap') return `${labelOf(note)} ${note.x}`;
  if (note.k === 'comment') return `${note.s}: ${note.x}`;
  if (note.k === 'harm') return note.n ? `Harm: ${note.x}` : `Harm: ${note.s} ${note.x}`;
  return `${before || ''}${note.s ? `${note.s} ` : ''}${note.x}`;
}

function noteNode(note) {
  const kind = ['', 'good', 'bad'][note.w || 0];
  const icon = note.k === 'hint' ? '?' : note.w === 1 ? '✓' : note.w === 2 ? '!' : '·';
  return el('article', { class: `note ${kind}`, 'aria-label': 'What happened' },
    el('span', { class: 'sign', 'aria-hidden': 'true' }, icon),
    el('span', { class: 'time' }, clock(note.at)), el('span', { class: 'what' }, noteText(note)));
}
