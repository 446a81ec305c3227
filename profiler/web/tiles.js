// The floor plan, the panel about one tile, and memory by tile.
const tiles = {
  perIpu: data.floor.tiles_per_ipu,
  columns: data.floor.columns,
  ipu: 0,
  selected: -1,
  elements: [],
  metrics: [],
  stepMetric: null, // set by the trace: per-tile cycles of the chosen step
  listeners: [],
};

tiles.metrics.push({title: 'Memory used', unit: bytes, values: data.memory.used_bytes});
for (const category of data.memory.categories)
  tiles.metrics.push({title: 'Memory: ' + category.name, unit: bytes, values: category.bytes});
kKinds.forEach((kind, index) => {
  const values = data.cycles_by_tile[kind] || [];
  if (values.some(value => value > 0))
    tiles.metrics.push({title: kKindTitles[index] + ' cycles (recorded steps)', unit: v => number(v) + ' cycles', values});
});

// Position on the chip: columns of tiles, numbered up one column and down the next.
function floorPosition(local) {
  const rows = Math.ceil(tiles.perIpu / tiles.columns);
  const column = Math.floor(local / rows), along = local % rows;
  return {column, row: column % 2 ? rows - 1 - along : along};
}
function tileAt(column, row) {
  const rows = Math.ceil(tiles.perIpu / tiles.columns);
  if (column < 0 || column >= tiles.columns || row < 0 || row >= rows)
    return -1;
  const local = column * rows + (column % 2 ? rows - 1 - row : row);
  return local < tiles.perIpu ? tiles.ipu * tiles.perIpu + local : -1;
}

function currentMetric() {
  const choice = byId('metric').value;
  return choice === 'step' && tiles.stepMetric ? tiles.stepMetric : tiles.metrics[Number(choice)] || tiles.metrics[0];
}

function buildFloor() {
  const floor = byId('floor');
  const rows = Math.ceil(tiles.perIpu / tiles.columns);
  // Chip columns lie across the page; a small machine gets larger tiles.
  floor.style.gridTemplateColumns = 'repeat(' + tiles.columns + ', 1fr)';
  floor.style.setProperty('--tile-height', Math.max(10, Math.min(40, Math.round(520 / rows))) + 'px');
  if (tiles.columns < 12)
    floor.style.maxWidth = tiles.columns * 64 + 'px';
  tiles.elements = [];
  for (let local = 0; local < tiles.perIpu; ++local) {
    const tile = tiles.ipu * tiles.perIpu + local, place = floorPosition(local);
    const element = make('div', {class: 'tile', 'data-tile': tile, role: 'button', 'aria-pressed': 'false',
                                 tabindex: local === 0 ? '0' : '-1',
                                 style: {gridColumn: place.column + 1, gridRow: place.row + 1}});
    tiles.elements.push(element);
  }
  floor.replaceChildren(...tiles.elements);
  colourFloor();
}

function colourFloor() {
  const metric = currentMetric();
  let low = Infinity, high = 0;
  for (const value of metric.values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!byId('stretch').checked || low === high)
    low = 0;
  for (const element of tiles.elements) {
    const value = metric.values[Number(element.dataset.tile)] || 0;
    element.style.background = value === 0 && low === 0 ? '' : rampColour((value - low) / (high - low || 1));
    const text = 'Tile ' + element.dataset.tile + ': ' + metric.unit(value);
    element.title = text;
    element.setAttribute('aria-label', text);
    element.setAttribute('data-value', value);
  }
  byId('scale-low').textContent = metric.unit(low);
  byId('scale-high').textContent = metric.unit(high);
}

function bars(rows, unit, max) {
  const box = make('div', {class: 'bars'});
  for (const row of rows)
    box.append(make('span', {}, row.name),
               make('span', {class: 'bar'}, make('i', {style: {width: (max ? 100 * row.value / max : 0) + '%'}})),
               make('span', {}, unit(row.value)));
  return box;
}

function showTile(tile) {
  const used = data.memory.used_bytes[tile], limit = data.memory.limit_bytes;
  const rows = data.memory.categories.map(c => ({name: c.name, value: c.bytes[tile]})).filter(r => r.value > 0)
                   .sort((a, b) => b.value - a.value);
  const cycles = kKinds.map((kind, i) => ({name: kKindTitles[i], value: (data.cycles_by_tile[kind] || [])[tile] || 0}))
                     .filter(r => r.value > 0);
  const place = floorPosition(tile % tiles.perIpu);
  const details = byId('tile-details');
  details.replaceChildren(
    make('h3', {id: 'selected-tile', 'data-value': tile}, 'Tile ' + tile),
    make('div', {class: 'muted'}, 'IPU ' + Math.floor(tile / tiles.perIpu) + ', column ' + place.column + ', row ' + place.row),
    make('div', {style: {marginTop: '10px'}}, bytes(used) + ' used' + (limit ? ' of ' + bytes(limit) + ' (' +
      percent(100 * used / limit) + ')' : '')),
    make('div', {class: used > limit ? 'meter over' : 'meter'},
         make('i', {style: {width: (limit ? Math.min(100, 100 * used / limit) : 0) + '%'}})),
    bars(rows, bytes, rows.length ? rows[0].value : 0));
  if (cycles.length)
    details.append(make('div', {class: 'muted', style: {marginTop: '12px'}}, 'Active cycles in recorded steps'),
                   bars(cycles, number, Math.max(...cycles.map(r => r.value))));
}

function selectTile(tile, focus) {
  const ipu = Math.floor(tile / tiles.perIpu);
  if (ipu !== tiles.ipu) {
    tiles.ipu = ipu;
    byId('ipu').value = ipu;
    buildFloor();
  }
  tiles.selected = tile;
  for (const element of tiles.elements) {
    const chosen = Number(element.dataset.tile) === tile;
    element.setAttribute('aria-pressed', chosen);
    element.tabIndex = chosen ? 0 : -1;
    if (chosen && focus)
      element.focus();
  }
  showTile(tile);
  drawMemoryChart();
  tiles.listeners.forEach(listener => listener());
}

// The fullest tile of each pixel column counts: a mean would hide it.
const memoryPlot = {left: 64, right: 12, top: 12, bottom: 26};
function drawMemoryChart() {
  const canvas = byId('memory-chart');
  const {context, width, height} = prepareCanvas(canvas);
  const {left, right, top, bottom} = memoryPlot;
  const used = data.memory.used_bytes, limit = data.memory.limit_bytes;
  const plotWidth = width - left - right, plotHeight = height - top - bottom;
  const most = used.reduce((a, b) => Math.max(a, b), 0);
  // The limit is drawn when it is near enough to leave the bars readable.
  const showLimit = limit > 0 && limit < most * 8;
  const max = Math.max(most, showLimit ? limit : 0, 1) * 1.1;
  const y = value => top + plotHeight * (1 - value / max);
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (let i = 0; i <= 4; ++i) {
    const value = max / 1.1 * i / 4;
    context.fillStyle = style('--line');
    context.fillRect(left, y(value), plotWidth, 1);
    context.fillStyle = style('--muted');
    context.fillText(bytes(value), left - 8, y(value));
  }
  const live = new Float64Array(numTiles);
  for (const category of data.memory.categories)
    if (category.always_live)
      category.bytes.forEach((value, tile) => { live[tile] += value; });
  const columns = Math.min(numTiles, Math.max(1, Math.floor(plotWidth)));
  const barWidth = plotWidth / columns;
  for (let column = 0; column < columns; ++column) {
    const from = Math.floor(column * numTiles / columns), to = Math.max(from + 1, Math.floor((column + 1) * numTiles / columns));
    let best = from;
    for (let tile = from; tile < to; ++tile)
      if (used[tile] > used[best])
        best = tile;
    const x = left + column * barWidth, w = Math.max(barWidth - (barWidth > 3 ? 1 : 0), 1);
    const base = Math.min(live[best], used[best]);
    context.fillStyle = style('--exchange');
    context.fillRect(x, y(used[best]), w, y(base) - y(used[best]));
    context.fillStyle = used[best] > limit && limit ? style('--limit') : style('--compute');
    context.fillRect(x, y(base), w, y(0) - y(base));
  }
  if (showLimit) {
    context.fillStyle = style('--limit');
    context.fillRect(left, y(limit) - 1, plotWidth, 2);
    context.textAlign = 'left';
    context.fillText('limit ' + bytes(limit), left + 6, y(limit) - 9);
  }
  if (tiles.selected >= 0) {
    context.fillStyle = style('--text');
    context.fillRect(left + (tiles.selected + 0.5) * plotWidth / numTiles - 0.5, top, 1, plotHeight);
  }
  context.fillStyle = style('--muted');
  context.textAlign = 'center';
  for (const tile of ticks(0, numTiles - 1, 8).filter(Number.isInteger))
    context.fillText(number(tile), left + (tile + 0.5) * plotWidth / numTiles, height - 10);
  byId('memory-note').textContent = 'always live (blue) and not always live at the peak (orange)' +
    (showLimit || !limit ? '' : '; the limit of ' + bytes(limit) + ' is far above');
  canvas.setAttribute('aria-label', 'Memory of each tile; the fullest is tile ' + summary.memory.max_tile + ' with ' +
                                        bytes(summary.memory.max_tile_bytes));
}

function memoryTileAt(event) {
  const box = byId('memory-chart').getBoundingClientRect();
  const plotWidth = box.width - memoryPlot.left - memoryPlot.right;
  const tile = Math.floor((event.clientX - box.left - memoryPlot.left) / plotWidth * numTiles);
  return tile >= 0 && tile < numTiles ? tile : -1;
}

function startTiles() {
  const metric = byId('metric');
  tiles.metrics.forEach((m, index) => metric.append(make('option', {value: index}, m.title)));
  metric.addEventListener('change', colourFloor);
  byId('stretch').addEventListener('change', colourFloor);
  const ipus = summary.target.num_ipus;
  if (ipus > 1) {
    byId('ipu-label').hidden = false;
    for (let i = 0; i < ipus; ++i)
      byId('ipu').append(make('option', {value: i}, String(i)));
    byId('ipu').addEventListener('change', event => {
      tiles.ipu = Number(event.target.value);
      buildFloor();
    });
  }
  const floor = byId('floor');
  floor.addEventListener('click', event => {
    if (event.target.dataset.tile)
      selectTile(Number(event.target.dataset.tile), false);
  });
  floor.addEventListener('keydown', event => {
    const tile = Number(event.target.dataset.tile);
    if (Number.isNaN(tile))
      return;
    if (event.key === 'Enter' || event.key === ' ') {
      selectTile(tile, true);
      event.preventDefault();
      return;
    }
    const move = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
    if (!move)
      return;
    event.preventDefault();
    const place = floorPosition(tile % tiles.perIpu);
    const next = tileAt(place.column + move[0], place.row + move[1]);
    if (next >= 0)
      tiles.elements[next % tiles.perIpu].focus();
  });
  const chart = byId('memory-chart');
  chart.addEventListener('mousemove', event => {
    const tile = memoryTileAt(event);
    tile < 0 ? hideTooltip() : showTooltip(event, 'Tile ' + tile + '\n' + number(data.memory.used_bytes[tile]) + ' B used');
  });
  chart.addEventListener('mouseleave', hideTooltip);
  chart.addEventListener('click', event => {
    const tile = memoryTileAt(event);
    if (tile >= 0)
      selectTile(tile, false);
  });
  buildFloor();
  if (numTiles > 0)
    selectTile(summary.memory.max_tile, false);
}
