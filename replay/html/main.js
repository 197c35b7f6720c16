// Reads the data and puts the page together; keys that hold everywhere.
'use strict';

// When each connection was open, in order, and who it was.
function sessionsOf(data) {
  const sessions = new Map();
  const at = (c, time) => {
    if (!sessions.has(c)) sessions.set(c, { c, from: time, to: time, label: '' });
    const session = sessions.get(c);
    session.to = Math.max(session.to, time);
    return session;
  };
  const closed = new Set();
  for (const note of data.notes.filter((each) => each.k === 'connection')) {
    const session = at(note.c, note.at);
    const [what, who] = note.x.split(': ', 2);
    if (what === 'closed') closed.add(note.c);
    else if (who) session.label = who;
  }
  for (const statement of data.statements) {
    const session = at(statement.c, statement.at);
    session.from = Math.min(session.from, statement.at);
    for (const answer of statement.a || []) session.to = Math.max(session.to, answer.at);
    if (!session.label && statement.role) session.label = [statement.role, statement.db].filter(Boolean).join('@');
  }
  for (const session of sessions.values()) if (!closed.has(session.c)) session.to = data.length;
  return [...sessions.values()].sort((a, b) => a.from - b.from || a.c - b.c);
}

function legend() {
  const entries = [['--accent', 'statement'], ['--bad', 'error, wait, unhealthy'], ['--good', 'goes on, healthy, evidence'],
    ['--warn', 'wait for a lock, hint'], ['--mark', 'comment'], ['--idle', 'at rest'], ['--strong-line', 'client’s own query']];
  byId('legend').append(...entries.map(([color, text]) => {
    const box = el('i');
    box.style.background = `var(${color})`;
    return el('li', {}, box, text);
  }));
}

const data = JSON.parse(byId('data').textContent);
byId('data').remove();
for (const each of [...data.statements, ...data.notes]) {
  data.length = Math.max(data.length, each.at);
  for (const answer of each.a || []) data.length = Math.max(data.length, answer.at);
}
data.items = itemsOf(data);
data.sessions = sessionsOf(data);
drawHead(data);
drawCard(data);
legend();

const list = new List(data);
const timeline = new Timeline(data, goTo);

function filters() {
  return { words: byId('words').value, which: byId('which').value, session: byId('session').value, tools: byId('tools').checked,
    openAll: byId('open-all').checked };
}
function applyFilters() { list.show(filters()); }

function goTo(item) {
  if (list.goTo(item)) return;
  byId('words').value = '';
  byId('which').value = 'all';
  byId('session').value = '';
  byId('tools').checked = byId('tools').checked || item.tool;
  applyFilters();
  list.goTo(item);
}

function goToStatement(n) {
  const item = data.itemOfNumber.get(n);
  if (item) goTo(item);
}

// --- controls

const toolQueries = data.statements.filter((statement) => statement.tool).length;
byId('tools-text').textContent = `${many(toolQueries, 'catalog query', 'catalog queries')} of clients`;
byId('tools').closest('label').hidden = toolQueries === 0;
byId('open-all').checked = data.statements.length <= 300;
byId('session-label').hidden = data.sessions.length < 2;
byId('session').append(...data.sessions.slice(0, 500).map((session) =>
  el('option', { value: session.c }, `${session.c} ${session.label}`.slice(0, 60))));

let typing;
byId('words').addEventListener('input', () => { clearTimeout(typing); typing = setTimeout(applyFilters, 150); });
for (const id of ['which', 'session', 'tools', 'open-all']) byId(id).addEventListener('change', applyFilters);
byId('filters').addEventListener('submit', (event) => { event.preventDefault(); applyFilters(); });

const themes = ['auto', 'light', 'dark'];
byId('theme').addEventListener('click', () => {
  const theme = themes[(themes.indexOf(document.documentElement.dataset.theme || 'auto') + 1) % themes.length];
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  byId('theme').textContent = `Theme: ${theme}`;
  timeline.soon();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => timeline.soon());
byId('print').addEventListener('click', () => window.print());
byId('keys').addEventListener('click', () => byId('help').showModal());
window.addEventListener('beforeprint', () => { list.print(true); timeline.draw(); });
window.addEventListener('afterprint', () => { list.print(false); timeline.draw(); });

function askNumber() {
  const words = prompt('Number of a statement');
  if (words) goToStatement(Number(words.replace('#', '')));
}

document.addEventListener('keydown', (event) => {
  const field = event.target.closest('input, select, textarea, dialog');
  if (field || event.ctrlKey || event.metaKey || event.altKey) return;
  const isStatement = (item) => Boolean(item.statement);
  const act = {
    j: () => list.step(1, isStatement), k: () => list.step(-1, isStatement),
    ']': () => list.step(1, isMarker), '[': () => list.step(-1, isMarker),
    '/': () => byId('words').focus(), g: askNumber,
    t: () => { byId('timeline').scrollIntoView(); byId('chart').focus({ preventScroll: true }); },
    '?': () => byId('help').showModal(),
  }[event.key];
  if (!act) return;
  act();
  event.preventDefault();
});

applyFilters();
