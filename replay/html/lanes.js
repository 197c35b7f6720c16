// What the timeline shows: lanes, each with spans (from, to) in order, and marks at a moment. Pure.
'use strict';

const sessionLanesMax = 12;
const waitLanesMax = 6;

// One lane: { name, kind, spans: [{ from, to, color, text, item }] }.
function lanesOf(data) {
  const lanes = [markLane(data), ...sessionLanes(data), ...actorLanes(data), ...waitLanes(data), ...probeLanes(data)];
  for (const lane of lanes) lane.spans.sort((a, b) => a.from - b.from);
  return lanes.filter((lane) => lane.spans.length > 0 || lane.kind === 'session');
}

const markColors = { trap: '--bad', evidence: '--good', hint: '--warn', comment: '--mark', submit: '--accent', gap: '--bad',
  log: '--soft', cancel: '--soft' };

function markLane(data) {
  const spans = data.notes.filter((note) => markColors[note.k]).map((note) => ({ from: note.at, to: note.at, kind: note.k,
    color: markColors[note.k], text: noteText(note), item: note.item }));
  return { name: 'markers', kind: 'mark', spans };
}

// A connection has a lane while it is open; where there were many, one behind the other.
function sessionLanes(data) {
  const lanes = [];
  const laneOf = new Map();
  for (const session of data.sessions) {
    let lane = data.sessions.length > sessionLanesMax ? lanes.find((each) => each.until <= session.from) : null;
    if (!lane && lanes.length < sessionLanesMax) lanes.push(lane = { kind: 'session', spans: [], open: [], who: [] });
    lane ??= lanes[lanes.length - 1];
    lane.until = Math.max(lane.until ?? 0, session.to);
    lane.open.push(session);
    lane.who.push(session);
    laneOf.set(session.c, lane);
  }
  for (const item of data.items) {
    const lane = item.statement && laneOf.get(item.statement.c);
    if (lane) lane.spans.push(statementSpan(data, item));
  }
  for (const lane of lanes)
    lane.name = lane.who.length === 1 ? `${lane.who[0].c} ${lane.who[0].label}`.trim() : `${lane.who.length} connections`;
  return lanes;
}

function statementSpan(data, item) {
  const statement = item.statement;
  const answers = answersOf(item);
  const last = answers[answers.length - 1];
  const to = last ? last.at : statement.at;
  const took = last ? `, ${duration(to - statement.at)}` : '';
  const color = isFailed(item) ? '--bad' : item.tool ? '--strong-line' : '--accent';
  const named = statement.n > 0 ? `#${statement.n} ` : '';
  return { from: statement.at, to, color, item, get text() { return `${named}${clock(statement.at)}${took}\n${briefOf(data, statement).slice(0, 160)}`; } };
}

// Each note on an actor or a probe holds until the next one.
function spansOfNotes(data, kind, colorOf) {
  const lanes = new Map();
  for (const note of data.notes.filter((each) => each.k === kind)) {
    if (!lanes.has(note.s)) lanes.set(note.s, { name: note.s, kind, spans: [] });
    const spans = lanes.get(note.s).spans;
    const before = spans[spans.length - 1];
    if (before) before.to = note.at;
    spans.push({ from: note.at, to: data.length, color: colorOf(note), text: `${clock(note.at)} ${noteText(note)}`, item: note.item });
  }
  return [...lanes.values()];
}

function actorLanes(data) {
  const over = /^(ended|failed|stopped)/;
  const lanes = spansOfNotes(data, 'actor', (note) =>
    (over.test(note.x) ? '--strong-line' : note.w === 2 ? '--bad' : note.w === 1 ? '--good' : '--idle'));
  for (const lane of lanes)
    for (const span of lane.spans) if (span.color === '--strong-line') span.to = span.from;
  return lanes;
}

const probeLanes = (data) => spansOfNotes(data, 'probe', (note) => (note.w === 1 ? '--good' : '--bad'));

function waitLanes(data) {
  const lanes = [];
  for (const wait of [...data.waits].sort((a, b) => a.from - b.from)) {
    const to = wait.to ?? data.length;
    let lane = lanes.find((each) => each.until <= wait.from);
    if (!lane && lanes.length < waitLanesMax) lanes.push(lane = { name: lanes.length === 0 ? 'waits for locks' : '', kind: 'wait', spans: [] });
    lane ??= lanes[lanes.length - 1];
    lane.until = Math.max(lane.until ?? 0, to);
    const who = wait.waiter === 'learner' && wait.n ? `statement #${wait.n}` : wait.waiter || 'a session';
    const whom = wait.by ? `statement #${wait.by}` : wait.blocker || 'a session';
    const text = `${who} waited ${wait.to === undefined ? 'to the end' : duration(to - wait.from)} for ${whom}` +
      `\n${[wait.lock, wait.relation].filter(Boolean).join(' on ')}`;
    lane.spans.push({ from: wait.from, to, color: '--warn', text, item: data.itemOfNumber.get(wait.n || wait.by) });
  }
  return lanes;
}
