// The head of the page and the score card.
'use strict';

function drawHead(data) {
  const detail = data.card ? data.card.detail : null;
  const title = data.scenario && data.scenario.title ? data.scenario.title : data.title;
  document.title = `${title}: ${data.card ? `${data.card.total} of 100` : 'an attempt'} (ride)`;
  byId('title').textContent = title;
  byId('kicker').textContent = data.scenario ? `${data.card.scenario.id} · attempt ${data.attempt}` : 'ride';
  const numbered = data.statements.filter((statement) => statement.n > 0).length;
  const began = new Date(data.began / 1000).toISOString().replace('T', ' ').slice(0, 16) + ' UTC';
  const facts = [detail && detail.learner, began, duration(data.length), many(numbered, 'statement'),
    many(data.sessions.length, 'connection'), detail && detail.server_version && `PostgreSQL ${detail.server_version}`];
  byId('facts').append(...facts.filter(Boolean).map((fact) => el('span', {}, fact)));
  const warnings = [...data.damages.map((damage) => `The file is damaged: ${damage}.`)];
  if (data.card) warnings.push(...data.card.incomplete.map((row) => `The evidence is incomplete: ${row.why}`));
  byId('warnings').append(...warnings.map((text) => el('p', { class: 'warning' }, text)));
  const foot = ['Made by ride from the attempt’s file; this page loads nothing and sends nothing.'];
  if (data.card)
    foot.push(`${data.card.grader}, scenario version ${data.card.scenario.version} (${data.card.scenario.hash.slice(0, 12)}),`,
      `recorded by ride ${detail.recorded_by}.`);
  byId('foot').textContent = foot.join(' ');
}

function drawCard(data) {
  const card = data.card;
  if (!card) {
    byId('card').append(el('p', { class: 'said' }, `There is no score: ${data.ungraded || 'nothing was graded'}.`));
    return;
  }
  const part = (kind) => card.checks.filter((check) => check.kind === kind);
  byId('card').append(sumOf(card), el('div', { class: 'columns' },
    partOf(data, 'Detect', 'what should have been looked at', card.detect, part('detect')),
    partOf(data, 'Fix', 'what should hold in the end', card.fix, part('fix')),
    el('div', { class: 'stack' }, trapsOf(data, card.trap, part('trap')), checklistOf(card.checklist),
      harmOf(card.detail.harm))));
}

function sumOf(card) {
  const length = 2 * Math.PI * 44;
  const level = card.total >= 80 ? '' : card.total >= 50 ? ' middle' : ' low';
  const got = svg('circle', { class: `got${level}`, cx: 50, cy: 50, r: 44, transform: 'rotate(-90 50 50)',
    'stroke-dasharray': `${length * Math.max(card.total, 0) / 100} ${length}` });
  const ring = svg('svg', { class: 'ring', viewBox: '0 0 100 100', role: 'img', 'aria-label': `${card.total} of 100 points` },
    svg('circle', { cx: 50, cy: 50, r: 44 }), card.total > 0 ? got : null,
    svg('text', { x: 50, y: 57 }, String(card.total)), svg('text', { class: 'of', x: 50, y: 71 }, 'of 100'));
  const meters = [['Detect', card.detect], ['Fix', card.fix], ['Trap', card.trap]].map(([name, points]) => {
    const bar = el('i');
    bar.style.width = `${100 * points.points / Math.max(points.of, 1)}%`;
    if (points.points < points.of / 2) bar.style.background = 'var(--bad)';
    else if (points.points < points.of) bar.style.background = 'var(--warn)';
    return el('div', { class: 'meter' }, el('b', {}, name), el('div', { class: 'bar', 'aria-hidden': 'true' }, bar),
      el('span', { class: 'points' }, `${points.points} of ${points.of}`));
  });
  const said = [];
  if (card.detail.how_ended !== 'submitted') said.push('Not submitted: what was not seen cannot be known.');
  if (card.capped_by) said.push(`The total is capped by the trap “${card.capped_by}”.`);
  said.push(card.hints > 0 ? `${many(card.hints, 'hint')} taken.` : 'No hints taken.');
  return el('div', { class: 'panel sum' }, ring,
    el('div', { class: 'meters' }, meters, el('p', { class: 'said' }, said.join(' '))));
}

function linksTo(numbers, shown = 12) {
  if (!numbers || numbers.length === 0) return null;
  const links = numbers.slice(0, shown).map((n) =>
    el('button', { class: 'link', type: 'button', 'aria-label': `Statement ${n}`, onclick: () => goToStatement(n) }, `#${n}`));
  const rest = numbers.length - links.length;
  return el('span', { class: 'links' }, links, rest > 0 ? el('span', { class: 'said' }, `and ${rest} more`) : null);
}

function ruleOf(data, check) {
  const seen = data.card.detail.checks.filter((row) => row.id === check.id && row.seen !== '');
  const sight = seen.length > 0 ? `saw ${seen[seen.length - 1].seen}` : '';
  const points = check.kind === 'trap' ? (check.points === 0 ? '' : String(check.points).replace('-', '−')) :
    `${check.points} of ${check.of}`;
  return el('li', { class: 'rule' }, sign(check.verdict),
    el('span', { class: 'name' }, data.rules[check.id] || check.id), el('span', { class: 'points' }, points),
    check.why ? el('p', {}, check.why) : null,
    check.kind === 'fix' && sight ? el('p', {}, sight) : null, linksTo(check.evidence));
}

function partOf(data, title, about, points, checks) {
  return el('section', { class: 'panel part', 'aria-label': title },
    el('h3', {}, title, el('span', {}, `${points.points} of ${points.of}`)),
    el('ul', { 'aria-label': about }, checks.map((check) => ruleOf(data, check))));
}

// Those that were sprung, and the others behind a fold: there are many, and they say nothing.
function trapsOf(data, points, checks) {
  const told = checks.filter((check) => check.verdict !== 'pass');
  const clean = checks.filter((check) => check.verdict === 'pass');
  return el('section', { class: 'panel part', 'aria-label': 'Traps' },
    el('h3', {}, 'Traps', el('span', {}, `${points.points} of ${points.of}`)),
    told.length > 0 ? el('ul', {}, told.map((check) => ruleOf(data, check))) : null,
    clean.length === 0 ? null : el('details', { class: 'quiet' },
      el('summary', {}, told.length === 0 ? `None of ${clean.length} was sprung`
        : clean.length === 1 ? 'One other was not sprung' : `${clean.length} others were not sprung`),
      el('ul', {}, clean.map((check) => ruleOf(data, check)))));
}

function checklistOf(boxes) {
  if (!boxes || boxes.length === 0) return null;
  return el('section', { class: 'panel part', 'aria-label': 'Checklist' }, el('h3', {}, 'Checklist'),
    el('ul', {}, boxes.map((box) => el('li', { class: 'rule' }, sign(box.verdict), el('span', { class: 'name' }, box.title)))));
}

// What it cost the application. Information: it carries points only where a rule says so.
function harmOf(harm) {
  if (!harm || (harm.blocked_us === 0 && harm.errors === 0)) return null;
  const cells = (tag, values) => el('tr', {}, values.map((value) => el(tag, {}, value)));
  const time = (us, row) => (us === 0 ? '—' : (row.at_least ? 'at least ' : '') + duration(us));
  return el('section', { class: 'panel part harm', 'aria-label': 'What it cost the application' },
    el('h3', {}, 'What it cost the application'),
    el('table', {}, el('thead', {}, cells('th', ['actor', 'waited', 'for the learner', 'errors'])),
      el('tbody', {}, harm.actors.map((row) => cells('td', [row.actor, time(row.blocked_us, row), time(row.by_learner_us, row),
        row.errors.map((error) => `${error.sqlstate} × ${error.count}`).join(', ') || '—'])))));
}
