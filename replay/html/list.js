// Statements and what happened between them, as a long list of which only the part in sight is in the page: blocks of
// items that are filled when they come near and emptied when they are far.
'use strict';

const blockItems = 40;
const rowsAtOnce = 20;

class List {
  constructor(data) {
    this.data = data;
    this.root = byId('list');
    this.opened = new Map();  // statement index: by hand, open or not
    this.words = '';
    this.items = data.items;
    this.blocks = [];
    this.watcher = new IntersectionObserver((entries) => this.see(entries), { rootMargin: '1200px 0px' });
    this.printing = false;
  }

  // --- what is shown

  show({ words = '', which = 'all', session = '', tools = false, openAll = false }) {
    this.words = words.trim().toLowerCase();
    this.openAll = openAll;
    this.opened.clear();
    const keep = { all: () => true, marked: isMarked, failed: isFailed, slow: (item) => tookOf(item) >= 1e6 }[which];
    this.shown = this.items.filter((item) => (tools || !item.tool) && (session === '' || String(item.session) === session) &&
      keep(item) && (this.words === '' || this.textOf(item).includes(this.words)));
    this.place = new Map(this.shown.map((item, index) => [item, index]));
    this.build();
    const statements = this.shown.reduce((sum, item) => sum + (item.statement ? 1 : 0), 0);
    byId('count').textContent = `${many(statements, 'statement')} of ${this.data.statements.length.toLocaleString('en')}`;
  }

  textOf(item) {
    item.text ??= searchText(this.data, item).toLowerCase();
    return item.text;
  }

  build() {
    this.watcher.disconnect();
    this.blocks = [];
    for (let first = 0; first < this.shown.length; first += blockItems) {
      const node = el('div', { class: 'block' });
      const block = { node, first, filled: false };
      node.block = block;
      const count = Math.min(blockItems, this.shown.length - first);
      node.style.height = `${count * (this.openAll ? 190 : 44)}px`;
      this.blocks.push(block);
    }
    this.root.replaceChildren(...this.blocks.map((block) => block.node));
    if (this.shown.length === 0) this.root.append(el('p', { class: 'empty' }, 'Nothing here is like that.'));
    for (const block of this.blocks) this.watcher.observe(block.node);
  }

  see(entries) {
    for (const entry of entries) {
      const block = entry.target.block;
      if (entry.isIntersecting) this.fillBlock(block);
      else if (block.filled && !this.printing && !block.node.contains(document.activeElement)) this.emptyBlock(block);
    }
  }

  fillBlock(block) {
    if (block.filled) return;
    block.filled = true;
    const items = this.shown.slice(block.first, block.first + blockItems);
    block.node.replaceChildren(...items.map((item, index) => this.nodeOf(item, block.first + index)));
    block.node.style.height = '';
  }

  emptyBlock(block) {
    block.filled = false;
    block.node.style.height = `${block.node.offsetHeight}px`;
    block.node.replaceChildren();
  }

  // --- one item

  nodeOf(item, index) {
    const node = item.statement ? this.statementNode(item) : noteNode(item.note);
    node.item = item;
    node.setAttribute('aria-posinset', index + 1);
    node.setAttribute('aria-setsize', this.shown.length);
    if (this.words) markFound(node, this.words);
    return node;
  }

  statementNode(item) {
    const statement = item.statement;
    const open = this.isOpen(item);
    const row = el('button', { class: 'row', type: 'button', 'aria-expanded': String(open), onclick: () => this.toggle(item) },
      el('span', { class: 'n' }, statement.n > 0 ? `#${statement.n}` : '—'),
      el('span', { class: 'time' }, clock(statement.at)),
      el('code', { class: 'brief' }, open ? whereOf(this.data, statement) : briefOf(this.data, statement)),
      el('span', { class: 'end' }, chipsOf(item)));
    const classes = [isFailed(item) ? 'bad-end' : '', ...item.marks.map((note) => note.k)].filter(Boolean);
    return el('article', { class: classes.join(' ') || null, 'aria-label': statement.n > 0 ? `Statement ${statement.n}` : 'A statement' },
      row, open ? el('div', { class: 'open' }, bodyOf(this.data, item)) : null);
  }

  isOpen(item) { return this.printing || (this.opened.get(item) ?? this.openAll); }

  toggle(item, open = !this.isOpen(item)) {
    this.opened.set(item, open);
    const old = this.find(item);
    if (!old) return;
    const focused = old.contains(document.activeElement);
    const node = this.nodeOf(item, this.place.get(item));
    old.replaceWith(node);
    if (focused) node.querySelector('button').focus({ preventScroll: true });
  }

  find(item) {
    const index = this.place.get(item);
    if (index === undefined) return null;
    const block = this.blocks[Math.floor(index / blockItems)];
    this.fillBlock(block);
    return block.node.children[index - block.first];
  }

  // Brings it into sight and puts the focus there; false where a filter hides it.
  goTo(item) {
    if (!this.place.has(item)) return false;
    if (item.statement) this.toggle(item, true);
    const node = this.find(item);
    node.scrollIntoView({ block: 'start' });
    const target = node.querySelector('button.row') || node;
    if (target === node) node.tabIndex = -1;
    target.focus({ preventScroll: true });
    node.classList.add('here');
    this.current = item;
    return true;
  }

  // The next one in that direction that `wanted` likes, from where the reader is.
  step(direction, wanted) {
    const focused = document.activeElement && document.activeElement.closest('article');
    const from = focused && focused.item ? focused.item : this.current;
    let index = from && this.place.has(from) ? this.place.get(from) : direction > 0 ? -1 : this.shown.length;
    for (index += direction; index >= 0 && index < this.shown.length; index += direction)
      if (wanted(this.shown[index])) return this.goTo(this.shown[index]);
    return false;
  }

  // Paper shows everything, up to a limit.
  print(on, itemsMax = 2000) {
    this.printing = on;
    for (const block of this.blocks) this.emptyBlock(block);
    if (!on) return this.build();
    for (const block of this.blocks) if (block.first < itemsMax) this.fillBlock(block); else block.node.style.height = '0';
    const left = this.shown.length - itemsMax;
    if (left > 0) this.root.append(el('p', { class: 'empty' }, `${many(left, 'more')} are not printed; choose fewer by the filters.`));
  }
}

// --- what an item is

// In order: each statement with the notes on it, and each note that is on none.
function itemsOf(data) {
  const items = data.statements.map((statement) =>
    ({ statement, session: statement.c, tool: Boolean(statement.tool), marks: [] }));
  const byNumber = new Map();
  for (const item of items) if (item.statement.n > 0 && !byNumber.has(item.statement.n)) byNumber.set(item.statement.n, item);
  data.itemOfNumber = byNumber;
  const out = [];
  let next = 0;
  for (const note of data.notes) {
    while (next < Math.min(note.i, items.length)) out.push(items[next++]);
    const about = note.n ? byNumber.get(note.n) : null;
    if (about) about.marks.push(note);
    else out.push({ note, session: note.c ?? 0, tool: false, marks: [] });
    note.item = about ?? out[out.length - 1];
  }
  return [...out, ...items.slice(next)];
}

const isMarked = (item) => item.marks.length > 0 || Boolean(item.note && item.note.k === 'trap');
const answersOf = (item) => (item.statement && item.statement.a) || [];
const isFailed = (item) => answersOf(item).some((answer) => answer.error) || Boolean(item.note && item.note.w === 2);
const tookOf = (item) => answersOf(item).reduce((sum, answer) => sum + (answer.took || 0), 0);
const textOfStatement = (data, statement) => (statement.t === undefined ? '' : data.texts[statement.t]);

const quietNotes = new Set(['connection', 'notice', 'attempt', 'file']);
const isMarker = (item) => (item.note ? !quietNotes.has(item.note.k) : item.marks.length > 0);

function searchText(data, item) {
  if (item.note) return noteText(item.note);
  const parts = [textOfStatement(data, item.statement), ...(item.statement.p || []), ...item.marks.map(noteText)];
  for (const answer of answersOf(item)) {
    parts.push(answer.tag, answer.copied, ...(answer.notices || []));
    if (answer.error) parts.push(...Object.values(answer.error));
    for (const [label] of answer.cols || []) parts.push(label);
    for (const row of answer.rows || []) parts.push(...row);
  }
  return parts.filter(Boolean).join('\n');
}

function briefOf(data, statement) {
  const text = textOfStatement(data, statement);
  return text === '' ? '(its text is not in the record)' : text.slice(0, 300).replace(/\s+/g, ' ');
}

function whereOf(data, statement) {
  const who = [statement.role, statement.db].filter(Boolean).join('@');
  return `connection ${statement.c}${who ? ` · ${who}` : ''}`;
}

function chipsOf(item) {
  const chip = (kind, text) => el('span', { class: `chip ${kind}` }, text);
  const out = [];
  for (const kind of ['trap', 'harm', 'evidence', 'comment'])
    if (item.marks.some((note) => note.k === kind))
      out.push(chip({ trap: 'bad', harm: 'warn', evidence: 'good', comment: 'mark' }[kind], kind));
  const answers = answersOf(item);
  const last = answers[answers.length - 1];
  const error = answers.map((answer) => answer.error).find(Boolean);
  if (error) out.push(chip('bad', `${error.severity} ${error.sqlstate}`));
  if (!last || last.unanswered) out.push(chip('warn', 'no answer'));
  if (last && last.outcome === 'rolled back') out.push(chip('warn', 'rolled back'));
  if (last && last.tx === 'T') out.push(chip('', 'in transaction'));
  if (last && last.tx === 'E') out.push(chip('warn', 'failed transaction'));
  if (last && last.tag && !error) out.push(el('span', { class: 'mono' }, last.tag));
  if (answers.some((answer) => answer.took !== undefined)) out.push(el('span', {}, duration(tookOf(item))));
  return out;
}
