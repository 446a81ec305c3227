// Puts the page together.
const counted = (count, what) => number(count) + ' ' + what + (count === 1 ? '' : 's');

function card(label, id, raw, text, note, fraction) {
  const box = make('div', {class: 'card'}, make('div', {class: 'label'}, label),
                   make('div', {class: 'value', id, 'data-value': raw}, text));
  if (fraction !== undefined)
    box.append(make('div', {class: fraction > 1 ? 'meter over' : 'meter'},
                    make('i', {style: {width: Math.min(100, 100 * fraction) + '%'}})));
  if (note)
    box.append(make('div', {class: 'note'}, note));
  return box;
}

function showSummary() {
  const {target, graph, memory, execution} = summary;
  document.title = (summary.program || 'popgraph') + ' – popgraph report';
  byId('title').textContent = summary.program || 'popgraph report';
  byId('subtitle').textContent = [summary.engine, target.type, target.machine, target.num_ipus > 1 ? target.num_ipus + ' IPUs' : '',
    counted(numTiles, 'tile')].filter(Boolean).join(' · ');
  const limit = target.tile_memory_bytes;
  byId('cards').append(
    card('Total cycles', 'total-cycles', execution.total_cycles, number(execution.total_cycles),
         execution.executed ? time(execution.total_us) + ' at ' + (target.clock_hz / 1e9).toFixed(2) + ' GHz, ' +
           counted(execution.runs, 'run') : 'not run'),
    card('Fullest tile', 'max-tile-bytes', memory.max_tile_bytes, bytes(memory.max_tile_bytes),
         'tile ' + memory.max_tile + (limit ? ', ' + percent(100 * memory.max_tile_bytes / limit) + ' of ' + bytes(limit) : ''),
         limit ? memory.max_tile_bytes / limit : undefined),
    card('Memory in use', 'total-bytes', memory.total_bytes, bytes(memory.total_bytes),
         memory.capacity_bytes ? percent(100 * memory.total_bytes / memory.capacity_bytes) + ' of ' + bytes(memory.capacity_bytes) : '',
         memory.capacity_bytes ? memory.total_bytes / memory.capacity_bytes : undefined),
    card('Tiles in use', 'tiles-used', memory.tiles_used, number(memory.tiles_used),
         memory.tiles_over_limit ? number(memory.tiles_over_limit) + ' out of memory' : 'of ' + number(numTiles)),
    card('Compute balance', 'compute-balance', execution.compute_balance_percent, execution.executed ? percent(execution.compute_balance_percent) : '–',
         'mean over tiles / slowest tile'),
    card('Vertices', 'num-vertices', graph.num_vertices, number(graph.num_vertices), counted(graph.num_edges, 'edge')),
    card('Compute sets', 'num-compute-sets', graph.num_compute_sets, number(graph.num_compute_sets),
         counted(graph.num_exchanges, 'exchange')),
    card('Variables', 'num-variables', graph.num_variables, number(graph.num_variables),
         counted(graph.num_programs, 'program')));
  const kinds = ['compute', 'exchange', 'sync', 'host_exchange', 'control'];
  kinds.forEach((kind, index) => {
    const cycles = execution[kind + '_cycles'], part = execution.total_cycles ? cycles / execution.total_cycles : 0;
    byId('phase-bar').append(make('i', {title: kKindTitles[index] + ' ' + percent(100 * part),
      style: {width: 100 * part + '%', background: 'var(--' + kKinds[index] + ')'}}));
    byId('phase-legend').append(make('span', {},
      make('span', {class: 'swatch', style: {background: 'var(--' + kKinds[index] + ')'}}), kKindTitles[index] + ' ',
      make('b', {id: kind.replace('_', '-') + '-cycles', 'data-value': cycles}, number(cycles)), ' ' + percent(100 * part)));
  });
}

function showTables() {
  const categories = summary.memory.categories.filter(c => c.total_bytes > 0);
  const mostBytes = Math.max(1, ...categories.map(c => c.total_bytes));
  makeTable(byId('category-table'), [
    {title: 'Category', isText: true, text: r => r.name, value: r => r.name},
    {title: 'Always live', text: r => r.always_live ? 'yes' : 'no', value: r => Number(r.always_live)},
    {title: 'Total', text: r => bytes(r.total_bytes), value: r => r.total_bytes, bar: r => r.total_bytes / mostBytes},
    {title: 'Largest on a tile', text: r => bytes(r.max_tile_bytes), value: r => r.max_tile_bytes},
    {title: 'Tile', text: r => String(r.max_tile), value: r => r.max_tile},
  ], categories, {sortColumn: 2});

  const variables = data.variables.rows, mostVariable = Math.max(1, variables.reduce((a, r) => Math.max(a, r.bytes), 0));
  byId('variable-note').textContent = variables.length < data.variables.total ?
    number(variables.length) + ' of ' + number(data.variables.total) + ' are in this report' : '';
  makeTable(byId('variable-table'), [
    {title: 'Name', isText: true, text: r => r.name || '(unnamed)', value: r => r.name},
    {title: 'Type', isText: true, text: r => r.type + (r.constant ? ' constant' : ''), value: r => r.type},
    {title: 'Elements', text: r => number(r.elements), value: r => r.elements},
    {title: 'Total', text: r => bytes(r.bytes), value: r => r.bytes, bar: r => r.bytes / mostVariable},
    {title: 'Tiles', text: r => number(r.tiles), value: r => r.tiles},
    {title: 'Largest on a tile', text: r => bytes(r.max_tile_bytes), value: r => r.max_tile_bytes},
  ], variables, {sortColumn: 3, filter: r => r.name});

  const sets = summary.execution.compute_sets, total = summary.execution.total_cycles || 1;
  makeTable(byId('compute-set-table'), [
    {title: 'Name', isText: true, text: r => r.name || '(unnamed)', value: r => r.name},
    {title: 'Cycles', text: r => number(r.total_cycles), value: r => r.total_cycles},
    {title: 'Of all', text: r => percent(100 * r.total_cycles / total), value: r => r.total_cycles / total, bar: r => r.total_cycles / total},
    {title: 'Executions', text: r => number(r.executions), value: r => r.executions},
    {title: 'Cycles each', text: r => r.executions ? number(r.total_cycles / r.executions) : '–',
     value: r => r.executions ? r.total_cycles / r.executions : 0},
    {title: 'Balance', text: r => percent(r.balance_percent), value: r => r.balance_percent},
    {title: 'Slowest tile', text: r => r.executions ? String(r.slowest_tile) : '–', value: r => r.slowest_tile},
    {title: 'Vertices', text: r => number(r.vertices), value: r => r.vertices},
  ], sets, {sortColumn: 1, filter: r => r.name});

  const types = summary.vertices.types, slots = Math.max(1, types.reduce((a, r) => a + r.issue_slots, 0));
  makeTable(byId('vertex-table'), [
    {title: 'Type', isText: true, text: r => r.name, value: r => r.name},
    {title: 'Kind', isText: true, text: r => r.kind, value: r => r.kind},
    {title: 'Instances', text: r => number(r.instances), value: r => r.instances},
    {title: 'State', text: r => bytes(r.total_state_bytes), value: r => r.total_state_bytes},
    {title: 'Code a copy', text: r => bytes(r.code_bytes), value: r => r.code_bytes},
    {title: 'Tiles', text: r => number(r.tiles_with_code), value: r => r.tiles_with_code},
    {title: 'Executions', text: r => number(r.executions), value: r => r.executions},
    {title: 'Issue slots', text: r => number(r.issue_slots), value: r => r.issue_slots, bar: r => r.issue_slots / slots},
  ], types, {sortColumn: 7, filter: r => r.name});

  const target = Object.entries(summary.target).map(([name, value]) => ({name: 'target.' + name, value: String(value), is_default: true}));
  makeTable(byId('option-table'), [
    {title: 'Name', isText: true, text: r => r.name, value: r => r.name},
    {title: 'Value', isText: true, text: r => r.value, value: r => r.value},
    {title: 'Default', text: r => r.is_default ? 'yes' : 'changed', value: r => Number(r.is_default)},
  ], target.concat(data.options), {filter: r => r.name});
}

function showPrograms() {
  const tree = byId('program-tree');
  byId('program-note').textContent = 'Cycles are those a program\'s own steps took in the last recorded run.';
  if (!data.program_tree.length)
    byId('program-note').textContent = 'No program tree was recorded.';
  for (const [depth, kind, name, executions, cycles] of data.program_tree)
    tree.append(make('div', {}, '  '.repeat(Math.min(depth, 40)), make('span', {class: 'kind'}, kind), name ? ': ' + name : '',
                     make('span', {class: 'cycles'}, executions ? '  ' + number(cycles) + ' cycles' +
                       (executions > 1 ? ', × ' + number(executions) : '') : '')));
}

function redraw() {
  drawMemoryChart();
  drawTrace();
  drawStep();
}

const darkPreferred = matchMedia('(prefers-color-scheme: dark)');
document.documentElement.dataset.theme = darkPreferred.matches ? 'dark' : 'light';
byId('theme').addEventListener('click', () => {
  document.documentElement.dataset.theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  redraw();
});
addEventListener('resize', redraw);

showSummary();
showTables();
showPrograms();
startTiles();
startTrace();
