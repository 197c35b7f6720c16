// Draws the lanes on a canvas, and lets people move, zoom, point and walk in it. Whatever it shows stands in the list of
// statements too, as text.
'use strict';

const laneHeight = 26, nameHeight = 15, groupGap = 8, axisHeight = 26, widthMin = 3, zoomMin = 2000;  // pixels; microseconds in sight

class Timeline {
  constructor(data, goTo) {
    Object.assign(this, { goTo, lanes: lanesOf(data), end: Math.max(data.length, 1000) });
    this.canvas = byId('canvas');
    this.chart = byId('chart');
    this.tip = byId('tip');
    const margin = this.end * 0.015;
    this.all = { from: -margin, to: this.end + margin };
    this.view = { ...this.all };
    this.lane = 0;
    for (const lane of this.lanes) lane.reach = reachOf(lane.spans);
    this.chart.setAttribute('aria-label', `Timeline of ${duration(this.end)}: ${this.lanes.map((lane) => lane.name).filter(Boolean).join(', ')}`);
    new ResizeObserver(() => this.draw()).observe(this.chart);
    this.listen();
    this.draw();
  }

  x(time) { return this.left + (time - this.view.from) / (this.view.to - this.view.from) * (this.width - this.left); }
  time(x) { return this.view.from + (x - this.left) / (this.width - this.left) * (this.view.to - this.view.from); }

  // --- drawing

  // On a narrow screen names stand above their lanes.
  place() {
    this.width = this.chart.clientWidth;
    this.left = this.width > 640 ? 170 : 0;
    let top = axisHeight, kind = this.lanes[0] && this.lanes[0].kind;
    for (const lane of this.lanes) {
      if (lane.kind !== kind) top += groupGap;
      kind = lane.kind;
      if (this.left === 0 && lane.name !== '') top += nameHeight;
      lane.top = top;
      top += laneHeight;
    }
    this.height = top + 8;
  }

  draw() {
    this.place();
    const scale = window.devicePixelRatio || 1;
    this.canvas.width = this.width * scale;
    this.canvas.height = this.height * scale;
    this.canvas.style.height = `${this.height}px`;
    const style = getComputedStyle(document.documentElement);
    this.color = new Proxy({}, { get: (known, name) => (known[name] ??= style.getPropertyValue(name).trim()) });
    const context = this.canvas.getContext('2d');
    context.scale(scale, scale);
    context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    context.textBaseline = 'middle';
    context.clearRect(0, 0, this.width, this.height);
    this.drawAxis(context);
    context.save();
    context.beginPath();
    context.rect(this.left, 0, this.width - this.left, this.height);
    context.clip();
    this.drawTraps(context);
    for (const lane of this.lanes) this.drawLane(context, lane);
    if (this.at) this.drawFocus(context);
    context.restore();
    this.drawNames(context);
  }

  drawAxis(context) {
    const step = tickOf((this.view.to - this.view.from) / Math.max(2, (this.width - this.left) / 110));
    context.fillStyle = this.color['--soft'];
    context.strokeStyle = this.color['--line'];
    context.textAlign = 'center';
    for (let time = Math.max(0, Math.ceil(this.view.from / step) * step); time <= this.view.to; time += step) {
      const x = Math.round(this.x(time)) + 0.5;
      if (x < this.left + 24) continue;
      context.beginPath();
      context.moveTo(x, axisHeight - 4);
      context.lineTo(x, this.height);
      context.stroke();
      context.fillText(step >= 1e6 ? clock(time).replace(/\.\d+$/, '') : clock(time), x, 12);
    }
  }

  drawNames(context) {
    context.textAlign = 'left';
    context.fillStyle = this.color['--panel'];
    if (this.left > 0) context.fillRect(0, 0, this.left, this.height);
    this.lanes.forEach((lane, index) => {
      context.fillStyle = this.at && index === this.lane ? this.color['--accent'] : this.color['--soft'];
      const name = cutTo(context, lane.name, (this.left || this.width) - 20);
      if (this.left > 0) context.fillText(name, 14, lane.top + laneHeight / 2);
      else context.fillText(name, 8, lane.top - nameHeight / 2 + 3);
    });
  }

  drawTraps(context) {
    const marks = this.lanes.find((lane) => lane.kind === 'mark');
    if (!marks) return;
    for (const span of marks.spans.filter((each) => each.kind === 'trap' || each.kind === 'submit')) {
      context.fillStyle = this.color[span.color];
      context.globalAlpha = 0.45;
      context.fillRect(Math.round(this.x(span.from)), axisHeight, 1, this.height);
      context.globalAlpha = 1;
    }
  }

  drawLane(context, lane) {
    const middle = lane.top + laneHeight / 2;
    context.fillStyle = this.color['--sunk'];
    for (const open of lane.open || []) this.bar(context, open.from, open.to, lane.top + 9, laneHeight - 18);
    if (lane.kind === 'mark') return lane.spans.forEach((span) => this.drawMark(context, span, middle));
    let drawn = -1, drawnColor = '';
    const thin = lane.kind === 'session' ? 5 : 7;
    for (let index = this.firstIn(lane); index < lane.spans.length; ++index) {
      const span = lane.spans[index];
      if (span.from > this.view.to) break;
      const x = this.x(span.from), to = this.x(span.to);
      // A pixel that has this colour already: of a hundred thousand statements few are drawn.
      if (to <= drawn && span.color === drawnColor) continue;
      context.fillStyle = this.color[span.color];
      const width = Math.max(to - x, widthMin);
      context.fillRect(x, lane.top + thin, width, laneHeight - 2 * thin);
      drawn = Math.floor(x + widthMin);
      drawnColor = span.color;
    }
  }

  bar(context, from, to, top, height) {
    const x = Math.max(this.x(from), this.left), end = Math.min(this.x(to), this.width);
    if (end > x) context.fillRect(x, top, Math.max(end - x, 1), height);
  }

  drawMark(context, span, y) {
    const x = this.x(span.from);
    if (x < this.left - 8 || x > this.width + 8) return;
    context.fillStyle = this.color[span.color];
    context.beginPath();
    if (span.kind === 'trap') { context.moveTo(x - 6, y - 6); context.lineTo(x + 6, y - 6); context.lineTo(x, y + 6); }
    else if (span.kind === 'hint') { context.moveTo(x, y - 6); context.lineTo(x + 6, y); context.lineTo(x, y + 6); context.lineTo(x - 6, y); }
    else if (span.kind === 'submit') context.rect(x - 4, y - 6, 8, 12);
    else context.arc(x, y, 5, 0, 7);
    context.closePath();
    context.fill();
    context.strokeStyle = this.color['--panel'];
    context.stroke();
  }

  drawFocus(context) {
    const lane = this.lanes[this.lane];
    const x = this.x(this.at.from), width = Math.max(this.x(this.at.to) - x, widthMin);
    context.strokeStyle = this.color['--text'];
    context.lineWidth = 2;
    context.strokeRect(x - 3, lane.top + 2, width + 6, laneHeight - 4);
    context.lineWidth = 1;
  }

  // The first span that reaches into the view.
  firstIn(lane) { return lowerBound(lane.reach, this.view.from); }

  // --- moving

  look(from, to) {
    const width = Math.min(Math.max(to - from, zoomMin), this.all.to - this.all.from);
    const middle = (from + to) / 2;
    const start = Math.min(Math.max(middle - width / 2, this.all.from), this.all.to - width);
    this.view = { from: start, to: start + width };
    this.soon();
  }

  soon() {
    this.pending ??= requestAnimationFrame(() => { this.pending = null; this.draw(); });
  }

  zoom(factor, around = (this.view.from + this.view.to) / 2) {
    this.look(around - (around - this.view.from) * factor, around + (this.view.to - around) * factor);
  }

  pan(pixels) {
    const by = pixels * (this.view.to - this.view.from) / (this.width - this.left);
    this.look(this.view.from + by, this.view.to + by);
  }

  // --- pointing

  spanAt(x, y) {
    const lane = this.lanes.find((each) => y >= each.top && y < each.top + laneHeight);
    if (!lane || x < this.left) return null;
    let best = null, distance = lane.kind === 'mark' ? 9 : 6;
    const before = this.time(x - 12), behind = this.time(x + 12);
    for (let index = lowerBound(lane.reach, before); index < lane.spans.length && lane.spans[index].from <= behind; ++index) {
      const span = lane.spans[index];
      const from = this.x(span.from), to = Math.max(this.x(span.to), from + widthMin);
      const off = x < from ? from - x : x > to ? x - to : 0;
      if (off <= distance) { best = span; distance = off; }
    }
    return best;
  }

  say(span, x, y) {
    this.tip.hidden = !span;
    if (!span) return;
    this.tip.textContent = span.text;
    const left = Math.min(Math.max(x + 12, 4), this.width - this.tip.offsetWidth - 6);
    const below = y + 20 + this.tip.offsetHeight < this.height;
    this.tip.style.left = `${Math.max(left, 4)}px`;
    this.tip.style.top = `${below ? y + 18 : Math.max(y - this.tip.offsetHeight - 10, 2)}px`;
  }

  listen() {
    const chart = this.chart, pointers = new Map();
    const at = (event) => { const box = chart.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
    let moved = 0;
    chart.addEventListener('pointerdown', (event) => { pointers.set(event.pointerId, at(event)); moved = 0; });
    chart.addEventListener('pointermove', (event) => {
      const [x, y] = at(event), last = pointers.get(event.pointerId);
      if (!last) return this.say(this.spanAt(x, y), x, y);
      const other = [...pointers].find(([id]) => id !== event.pointerId);
      if (other) {
        const before = Math.abs(last[0] - other[1][0]), now = Math.abs(x - other[1][0]);
        if (before > 10 && now > 10) this.zoom(before / now, this.time((x + other[1][0]) / 2));
      } else this.pan(last[0] - x);
      moved += Math.abs(x - last[0]);
      if (moved > 4 && !chart.hasPointerCapture(event.pointerId)) chart.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, [x, y]);
    });
    const gone = (event) => pointers.delete(event.pointerId);
    chart.addEventListener('pointerup', (event) => {
      const span = moved <= 4 ? this.spanAt(...at(event)) : null;
      gone(event);
      if (span && span.item) this.goTo(span.item);
    });
    chart.addEventListener('pointercancel', gone);
    chart.addEventListener('pointerleave', () => this.say(null));
    chart.addEventListener('wheel', (event) => {
      if (event.ctrlKey) this.zoom(Math.exp(event.deltaY / 200), this.time(at(event)[0]));
      else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.pan(event.deltaX || event.deltaY);
      else return;
      event.preventDefault();
    }, { passive: false });
    chart.addEventListener('keydown', (event) => this.key(event));
    chart.addEventListener('blur', () => { this.at = null; this.say(null); this.soon(); });
    byId('zoom-in').addEventListener('click', () => this.zoom(0.5));
    byId('zoom-out').addEventListener('click', () => this.zoom(2));
    byId('zoom-all').addEventListener('click', () => this.look(this.all.from, this.all.to));
  }

  // --- walking

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = {
      ArrowRight: () => this.walk(1), ArrowLeft: () => this.walk(-1),
      ArrowDown: () => this.change(1), ArrowUp: () => this.change(-1),
      Home: () => this.walk(-Infinity), End: () => this.walk(Infinity),
      '+': () => this.zoom(0.5, this.at ? this.at.from : undefined), '=': () => this.zoom(0.5),
      '-': () => this.zoom(2), 0: () => this.look(this.all.from, this.all.to),
      Enter: () => this.at && this.at.item && this.goTo(this.at.item),
      Escape: () => this.say(null),
    }[event.key];
    if (!act) return;
    act();
    event.preventDefault();
    event.stopPropagation();
  }

  walk(by) {
    const spans = this.lanes[this.lane].spans;
    if (spans.length === 0) return;
    const now = this.at ? spans.indexOf(this.at) : by > 0 ? -1 : spans.length;
    this.put(spans[Math.min(Math.max(now + by, 0), spans.length - 1)]);
  }

  change(by) {
    const time = this.at ? this.at.from : this.view.from;
    for (let lane = this.lane + by; lane >= 0 && lane < this.lanes.length; lane += by) {
      const spans = this.lanes[lane].spans;
      if (spans.length === 0) continue;
      this.lane = lane;
      return this.put(spans.reduce((best, span) => (Math.abs(span.from - time) < Math.abs(best.from - time) ? span : best)));
    }
  }

  put(span) {
    this.at = span;
    if (span.from < this.view.from || span.from > this.view.to) {
      const half = (this.view.to - this.view.from) / 2;
      this.look(span.from - half, span.from + half);
    }
    this.draw();
    this.say(span, Math.max(this.x(span.from), this.left), this.lanes[this.lane].top);
    byId('chart-said').textContent = `${this.lanes[this.lane].name}: ${span.text}`;
  }
}

// For each span how far the ones up to it reach, so that the first in sight is found by halving.
function reachOf(spans) {
  let far = -Infinity;
  return spans.map((span) => (far = Math.max(far, span.to)));
}

function lowerBound(ascending, value) {
  let from = 0, to = ascending.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (ascending[middle] < value) from = middle + 1; else to = middle;
  }
  return from;
}

// A step of the axis that people read easily, at least so long.
function tickOf(us) {
  const steps = [1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7, 1.5e7, 3e7, 6e7, 1.2e8, 3e8, 6e8, 9e8, 1.8e9];
  return steps.find((step) => step >= us) ?? Math.ceil(us / 3.6e9) * 3.6e9;
}

function cutTo(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  let length = text.length;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) --length;
  return `${text.slice(0, length)}…`;
}
