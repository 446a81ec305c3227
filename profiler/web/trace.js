// The execution trace: phases of a run over time, one lane for each kind.
const trace = {run: null, from: 0, to: 1, selected: -1, dragging: null, arrays: new Map()};
const tracePlot = {left: 104, right: 12, top: 30, lane: 30, bottom: 24, overview: 14};

function tileCycles(index) {
  if (index < 0)
    return null;
  if (trace.arrays.has(index))
    return trace.arrays.get(index);
  const packed = data.trace.arrays[index];
  let values = null;
  if (packed) {
    values = new Array(numTiles).fill(packed.base);
    if (packed.width) {
      const raw = atob(packed.data);
      for (let tile = 0; tile < numTiles; ++tile) {
        let value = 0;
        for (let byte = packed.width - 1; byte >= 0; --byte)
          value = value * 256 + raw.charCodeAt(tile * packed.width + byte);
        values[tile] += value;
      }
    }
  }
  if (trace.arrays.size > 64)
    trace.arrays.delete(trace.arrays.keys().next().value);
  trace.arrays.set(index, values);
  return values;
}

// First step up to which something goes on after `cycle`.
function firstStepAfter(run, cycle) {
  let low = 0, high = run.start.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (run.end[middle] > cycle)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

// The lane says what kind a step is, so the name alone fits sooner.
function shortLabel(index) {
  const label = data.trace.labels[index], colon = label.indexOf(': ');
  return colon < 0 ? label : label.slice(colon + 2);
}

// Tiles that do not wait for each other overlap steps. What moves the end of a run forward is its critical path: of
// each step the part after `critical`. `end` never goes back, so that it can be searched.
function addCriticalPath(run) {
  let end = 0;
  run.critical = [];
  run.end = [];
  run.start.forEach((start, i) => {
    const stepEnd = start + run.duration[i];
    run.critical.push(Math.min(Math.max(start, end), stepEnd));
    end = Math.max(end, stepEnd);
    run.end.push(end);
  });
}

function drawTrace() {
  const canvas = byId('trace-chart');
  const {context, width, height} = prepareCanvas(canvas);
  const run = trace.run;
  if (!run)
    return;
  const {left, right, top, lane, overview} = tracePlot;
  const plotWidth = Math.max(1, width - left - right);
  const scale = plotWidth / (trace.to - trace.from);
  const bottom = top + kKinds.length * lane;
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  for (const cycle of ticks(trace.from, trace.to, Math.max(2, plotWidth / 120))) {
    const x = left + (cycle - trace.from) * scale;
    context.fillStyle = style('--line');
    context.fillRect(x, top, 1, bottom - top);
    context.fillStyle = style('--muted');
    context.fillText(number(cycle), x, bottom + 12);
  }
  context.textAlign = 'left';
  kKinds.forEach((kind, index) => {
    context.fillStyle = style('--muted');
    context.fillText(kKindTitles[index], 0, top + lane * (index + 0.5));
    context.fillStyle = style('--line');
    context.fillRect(left, top + lane * (index + 1) - 1, plotWidth, 1);
  });
  // Steps narrower than a pixel share it: its colour is as strong as the part of it they fill.
  const colours = kKinds.map((_, index) => kindColour(index));
  const pixels = Math.ceil(plotWidth);
  const share = kKinds.map(() => new Float32Array(pixels + 1));
  for (let i = firstStepAfter(run, trace.from); i < run.start.length && run.start[i] < trace.to; ++i) {
    const clamp = cycle => (Math.max(trace.from, Math.min(cycle, trace.to)) - trace.from) * scale;
    const x0 = clamp(run.start[i]), x1 = clamp(run.critical[i]), x2 = clamp(run.start[i] + run.duration[i]);
    const kind = run.kind[i], y = top + lane * kind + 4, h = lane - 9;
    context.fillStyle = colours[kind];
    if (x1 - x0 >= 1.5) { // tiles that began it while others still did what was before
      context.globalAlpha = 0.22;
      context.fillRect(left + x0, y, x1 - x0, h);
    }
    if (x2 - x1 < 1.5) {
      share[kind][Math.min(pixels, Math.floor(x1))] += x2 - x1;
      continue;
    }
    context.globalAlpha = i === trace.selected ? 1 : 0.88;
    context.fillRect(left + x1, y, x2 - x1 - (x2 - x1 > 4 ? 0.7 : 0), h);
    if (x2 - x1 > 46) {
      context.save();
      context.beginPath();
      context.rect(left + x1, y, x2 - x1 - 4, h);
      context.clip();
      context.globalAlpha = 1;
      context.fillStyle = '#fff';
      context.fillText(shortLabel(run.label[i]), left + x1 + 5, top + lane * (kind + 0.5) - 0.5);
      context.restore();
    }
  }
  for (let kind = 0; kind < kKinds.length; ++kind) {
    context.fillStyle = colours[kind];
    for (let x = 0; x < pixels; ++x)
      if (share[kind][x] > 0) {
        context.globalAlpha = Math.min(1, 0.25 + 0.75 * share[kind][x]);
        context.fillRect(left + x, top + lane * kind + 4, 1, lane - 9);
      }
  }
  context.globalAlpha = 1;
  if (trace.selected >= 0) {
    const x0 = Math.max(0, (run.start[trace.selected] - trace.from) * scale);
    const x1 = Math.min(plotWidth, (run.start[trace.selected] + run.duration[trace.selected] - trace.from) * scale);
    if (x1 >= x0) {
      context.strokeStyle = style('--text');
      context.lineWidth = 2;
      context.strokeRect(left + x0, top + lane * run.kind[trace.selected] + 3, Math.max(3, x1 - x0), lane - 7);
    }
  }
  // The overview: the whole run, with the visible part marked.
  const whole = traceLength(run);
  context.fillStyle = style('--empty');
  context.fillRect(left, 6, plotWidth, overview);
  context.fillStyle = style('--accent');
  context.globalAlpha = 0.55;
  context.fillRect(left + trace.from / whole * plotWidth, 6, Math.max(2, (trace.to - trace.from) / whole * plotWidth), overview);
  context.globalAlpha = 1;
  context.fillStyle = style('--muted');
  context.fillText('Whole run', 0, 6 + overview / 2);
  context.textAlign = 'center';
  context.fillText('cycles since the run began', left + plotWidth / 2, height - 9);
}

function traceLength(run) {
  const last = run.start.length - 1;
  return Math.max(1, run.end[last]);
}

function zoomTrace(factor, centre) {
  const whole = traceLength(trace.run);
  const at = centre === undefined ? (trace.from + trace.to) / 2 : centre;
  const length = Math.max(Math.min((trace.to - trace.from) * factor, whole), Math.min(20, whole));
  const part = (at - trace.from) / (trace.to - trace.from);
  panTo(at - part * length, length);
}
function panTo(from, length) {
  const whole = traceLength(trace.run);
  trace.from = Math.max(0, Math.min(from, whole - length));
  trace.to = trace.from + length;
  drawTrace();
}

function stepAt(event) {
  const box = byId('trace-chart').getBoundingClientRect(), run = trace.run;
  const x = event.clientX - box.left - tracePlot.left, y = event.clientY - box.top - tracePlot.top;
  const plotWidth = box.width - tracePlot.left - tracePlot.right;
  const kind = Math.floor(y / tracePlot.lane);
  if (!run || x < 0 || x > plotWidth || kind < 0 || kind >= kKinds.length)
    return -1;
  const cyclesPerPixel = (trace.to - trace.from) / plotWidth, cycle = trace.from + x * cyclesPerPixel;
  let best = -1;
  for (let i = firstStepAfter(run, cycle - 2 * cyclesPerPixel); i < run.start.length && run.start[i] <= cycle + 2 * cyclesPerPixel; ++i)
    if (run.kind[i] === kind && (best < 0 || run.duration[i] > run.duration[best]))
      best = i;
  return best;
}

function criticalText(i) {
  const critical = trace.run.start[i] + trace.run.duration[i] - trace.run.critical[i];
  return critical < trace.run.duration[i] ? ', ' + number(critical) + ' of them on the critical path' : '';
}

function stepText(i) {
  const run = trace.run;
  return data.trace.labels[run.label[i]] + '\n' + kKindTitles[run.kind[i]] + ', ' + number(run.duration[i]) + ' cycles (' +
         time(cyclesToMicroseconds(run.duration[i])) + ') from ' + number(run.start[i]) + criticalText(i) +
         (run.sent[i] ? '\n' + bytes(run.sent[i]) + ' sent' : '');
}

function selectStep(i) {
  const run = trace.run;
  trace.selected = i;
  const values = tileCycles(run.array[i]);
  const facts = [kKindTitles[run.kind[i]], number(run.duration[i]) + ' cycles' + criticalText(i), 'from cycle ' + number(run.start[i])];
  if (run.sent[i])
    facts.push(bytes(run.sent[i]) + ' sent');
  if (values) {
    let sum = 0, active = 0, slowest = 0;
    values.forEach((value, tile) => {
      sum += value;
      active += value > 0;
      if (value > values[slowest])
        slowest = tile;
    });
    facts.push(counted(active, 'active tile'), 'slowest tile ' + slowest,
               'balance ' + percent(values[slowest] ? 100 * sum / (values[slowest] * numTiles) : 0));
    tiles.stepMetric = {title: 'Selected step', unit: v => number(v) + ' cycles', values};
    const metric = byId('metric');
    if (!metric.querySelector('[value="step"]'))
      metric.append(make('option', {value: 'step'}, 'Cycles of the selected step'));
    metric.value = 'step';
    colourFloor();
  } else {
    facts.push(run.array[i] < 0 ? 'the same on every tile' : 'cycles by tile were left out of this report');
  }
  byId('step-details').replaceChildren(
    make('strong', {id: 'selected-step', 'data-value': i}, data.trace.labels[run.label[i]] || 'Step ' + i),
    make('div', {class: 'muted'}, facts.join(' · ')));
  drawTrace();
  drawStep();
}

function drawStep() {
  const canvas = byId('step-chart');
  const values = trace.run && trace.selected >= 0 ? tileCycles(trace.run.array[trace.selected]) : null;
  canvas.hidden = !values;
  if (!values)
    return;
  const {context, width, height} = prepareCanvas(canvas);
  const {left, right} = tracePlot, plotWidth = width - left - right, plotHeight = height - 30;
  const max = values.reduce((a, b) => Math.max(a, b), 1);
  const columns = Math.min(numTiles, Math.max(1, Math.floor(plotWidth)));
  for (let column = 0; column < columns; ++column) {
    const from = Math.floor(column * numTiles / columns), to = Math.max(from + 1, Math.floor((column + 1) * numTiles / columns));
    let most = 0;
    for (let tile = from; tile < to; ++tile)
      most = Math.max(most, values[tile]);
    context.fillStyle = rampColour(most / max);
    const h = most / max * plotHeight;
    context.fillRect(left + column * plotWidth / columns, 8 + plotHeight - h, Math.max(1, plotWidth / columns - 0.2), h);
  }
  context.fillStyle = style('--muted');
  context.textBaseline = 'middle';
  context.fillText('Cycles by tile', 0, 8 + plotHeight / 2);
  context.textAlign = 'center';
  for (const tile of ticks(0, numTiles - 1, 8).filter(Number.isInteger))
    context.fillText(number(tile), left + (tile + 0.5) * plotWidth / numTiles, height - 10);
  canvas.setAttribute('aria-label', 'Cycles of each tile in the selected step, at most ' + number(max));
}

function startTrace() {
  const chart = byId('trace-chart'), note = byId('trace-note'), runs = data.trace.runs;
  if (!runs.length) {
    note.textContent = summary.execution.executed ? 'no single steps were recorded'
                                                  : 'no program was run, or autoReport.outputExecutionProfile was off';
    chart.hidden = true;
    for (const id of ['zoom-in', 'zoom-out', 'zoom-fit', 'run'])
      byId(id).disabled = true;
    return;
  }
  runs.forEach(addCriticalPath);
  const overlap = runs.some(run => run.start.some((start, i) => run.critical[i] > start));
  let text = (overlap ? 'solid: the critical path; light: tiles ahead of others; ' : '') + 'wheel zooms, drag pans, click selects a step';
  if (data.trace.dropped_steps)
    text += '; ' + number(data.trace.dropped_steps) + ' later steps are not in this report';
  note.textContent = text;
  runs.forEach((run, index) =>
    byId('run').append(make('option', {value: index}, '#' + run.index + (run.name ? ' ' + run.name : ''))));
  const show = index => {
    trace.run = runs[index];
    trace.selected = -1;
    byId('step-details').replaceChildren();
    panTo(0, traceLength(trace.run));
    drawStep();
  };
  byId('run').addEventListener('change', event => show(Number(event.target.value)));
  byId('zoom-in').addEventListener('click', () => zoomTrace(0.5));
  byId('zoom-out').addEventListener('click', () => zoomTrace(2));
  byId('zoom-fit').addEventListener('click', () => panTo(0, traceLength(trace.run)));
  const cyclesPerPixel = () => (trace.to - trace.from) / (chart.clientWidth - tracePlot.left - tracePlot.right);
  chart.addEventListener('wheel', event => {
    event.preventDefault();
    const x = event.clientX - chart.getBoundingClientRect().left - tracePlot.left;
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY))
      panTo(trace.from + event.deltaX * cyclesPerPixel(), trace.to - trace.from);
    else
      zoomTrace(Math.exp(event.deltaY * 0.002), trace.from + x * cyclesPerPixel());
  }, {passive: false});
  chart.addEventListener('pointerdown', event => {
    trace.dragging = {x: event.clientX, from: trace.from, moved: false};
    chart.setPointerCapture(event.pointerId);
  });
  chart.addEventListener('pointermove', event => {
    if (trace.dragging) {
      const distance = event.clientX - trace.dragging.x;
      trace.dragging.moved = trace.dragging.moved || Math.abs(distance) > 3;
      if (trace.dragging.moved) {
        hideTooltip();
        panTo(trace.dragging.from - distance * cyclesPerPixel(), trace.to - trace.from);
      }
      return;
    }
    const step = stepAt(event);
    step < 0 ? hideTooltip() : showTooltip(event, stepText(step));
  });
  chart.addEventListener('pointerup', event => {
    const moved = trace.dragging && trace.dragging.moved;
    trace.dragging = null;
    const step = stepAt(event);
    if (!moved && step >= 0)
      selectStep(step);
  });
  chart.addEventListener('pointerleave', hideTooltip);
  chart.addEventListener('keydown', event => {
    const length = trace.to - trace.from;
    const actions = {
      ArrowLeft: () => panTo(trace.from - length / 5, length), a: () => panTo(trace.from - length / 5, length),
      ArrowRight: () => panTo(trace.from + length / 5, length), d: () => panTo(trace.from + length / 5, length),
      '+': () => zoomTrace(0.5), '=': () => zoomTrace(0.5), w: () => zoomTrace(0.5),
      '-': () => zoomTrace(2), s: () => zoomTrace(2), 0: () => panTo(0, traceLength(trace.run)),
      n: () => selectStep(Math.min(trace.selected + 1, trace.run.start.length - 1)),
      p: () => selectStep(Math.max(trace.selected - 1, 0)),
    };
    if (actions[event.key]) {
      event.preventDefault();
      actions[event.key]();
    }
  });
  show(runs.length - 1);
  byId('run').value = runs.length - 1;
}
