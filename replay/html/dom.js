// Everything recorded becomes a text node, and nothing else: no file of this page writes HTML.
'use strict';

const byId = (id) => document.getElementById(id);

// el('p', {class: 'said', onclick: …}, 'text', node, …); children that are null are left out.
function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) node.append(child);
  return node;
}

// "1:02.345", with hours where there are any.
function clock(us) {
  const ms = Math.max(0, Math.floor(us / 1000));
  const two = (number) => String(number).padStart(2, '0');
  const hours = Math.floor(ms / 3600000);
  const minutes = Math.floor(ms / 60000) % 60;
  const seconds = `${two(Math.floor(ms / 1000) % 60)}.${String(ms % 1000).padStart(3, '0')}`;
  return hours > 0 ? `${hours}:${two(minutes)}:${seconds}` : `${minutes}:${seconds}`;
}

// "0.3 ms", "2.4 s", "3 min 5 s"
function duration(us) {
  if (us < 1e6) return `${(us / 1000).toFixed(us < 1e5 ? 1 : 0)} ms`;
  if (us < 6e7) return `${(us / 1e6).toFixed(us < 1e7 ? 2 : 1)} s`;
  const seconds = Math.round(us / 1e6);
  const hours = Math.floor(seconds / 3600);
  const rest = `${Math.floor(seconds / 60) % 60} min`;
  return hours > 0 ? `${hours} h ${rest}` : `${rest} ${seconds % 60} s`;
}

const many = (count, one, more = `${one}s`) => `${count.toLocaleString('en')} ${count === 1 ? one : more}`;

const signs = { pass: '✓', fail: '✗', unknown: '?' };
function sign(verdict, said = { pass: 'passed', fail: 'failed', unknown: 'unknown' }[verdict]) {
  return el('span', { class: `sign ${verdict}`, role: 'img', 'aria-label': said }, signs[verdict]);
}
