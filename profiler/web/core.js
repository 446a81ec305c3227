'use strict';
// Everything shown comes from the data block; names in it are text of user programs and only ever become text nodes.
const data = JSON.parse(document.getElementById('data').textContent);
const summary = data.summary;
const numTiles = summary.target.num_tiles;
const kKinds = ['compute', 'exchange', 'sync', 'hostExchange', 'control'];
const kKindTitles = ['Compute', 'Exchange', 'Sync', 'Host exchange', 'Control'];

const byId = id => document.getElementById(id);

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === 'style')
      Object.assign(element.style, value);
    else if (value !== null && value !== undefined)
      element.setAttribute(name, value);
  }
  for (const child of children)
    element.append(child);
  return element;
}

const number = value => Math.round(value).toLocaleString('en-US');
const percent = value => value.toFixed(1) + '%';

function bytes(value) {
  if (value < 10240)
    return number(value) + ' B';
  const units = ['KiB', 'MiB', 'GiB'];
  let unit = -1;
  do {
    value /= 1024;
    ++unit;
  } while (value >= 1024 && unit < 2);
  return value.toFixed(1) + ' ' + units[unit];
}

function time(microseconds) {
  if (microseconds < 1000)
    return microseconds.toFixed(1) + ' µs';
  return microseconds < 1e6 ? (microseconds / 1000).toFixed(2) + ' ms' : (microseconds / 1e6).toFixed(2) + ' s';
}

const cyclesToMicroseconds = cycles => summary.target.clock_hz ? cycles / summary.target.clock_hz * 1e6 : 0;
const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const kindColour = kind => style('--' + kKinds[kind]);

// Viridis: even steps look even, also in grey and to colour-blind eyes.
const kRamp = ['440154', '481a6c', '472f7d', '414487', '39568c', '31688e', '2a788e', '23888e', '1f988b', '22a884',
  '35b779', '54c568', '7ad151', 'a5db36', 'd2e21b', 'fde725'].map(hex => [0, 2, 4].map(i => parseInt(hex.substr(i, 2), 16)));
function rampColour(fraction) {
  const at = Math.max(0, Math.min(1, fraction)) * (kRamp.length - 1);
  const low = Math.floor(at), high = Math.min(low + 1, kRamp.length - 1), part = at - low;
  return 'rgb(' + kRamp[low].map((c, i) => Math.round(c + (kRamp[high][i] - c) * part)).join(',') + ')';
}

const tooltip = byId('tooltip');
function showTooltip(event, text) {
  tooltip.textContent = text;
  tooltip.hidden = false;
  const box = tooltip.getBoundingClientRect();
  tooltip.style.left = Math.min(event.clientX + 14, innerWidth - box.width - 8) + 'px';
  tooltip.style.top = (event.clientY + 18 + box.height > innerHeight ? event.clientY - box.height - 10
                                                                     : event.clientY + 18) + 'px';
}
function hideTooltip() { tooltip.hidden = true; }

// A canvas in device pixels, drawn in CSS pixels.
function prepareCanvas(canvas) {
  const width = canvas.clientWidth, height = Number(canvas.getAttribute('data-height') || canvas.getAttribute('height'));
  canvas.setAttribute('data-height', height);
  canvas.style.height = height + 'px';
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * ratio));
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = '12px ' + style('--font');
  return {context, width, height};
}

// Round numbers for an axis: about `count` of them up to `max`.
function ticks(min, max, count) {
  const raw = (max - min) / count;
  if (!(raw > 0))
    return [min];
  const power = Math.pow(10, Math.floor(Math.log10(raw)));
  const step = [1, 2, 5, 10].map(m => m * power).find(s => s >= raw);
  const found = [];
  for (let value = Math.ceil(min / step) * step; value <= max; value += step)
    found.push(value);
  return found;
}

// columns: {title, text: row => string, value: row => number or string, isText, bar: row => fraction}
function makeTable(parent, columns, rows, options = {}) {
  let sortColumn = options.sortColumn === undefined ? -1 : options.sortColumn, descending = true, filter = '';
  const body = make('tbody'), head = make('tr');
  columns.forEach((column, index) => {
    const button = make('button', {type: 'button'}, column.title);
    const cell = make('th', {class: column.isText ? 'text' : '', scope: 'col'}, button);
    button.addEventListener('click', () => {
      descending = sortColumn === index ? !descending : !column.isText;
      sortColumn = index;
      fill();
    });
    head.append(cell);
  });
  function fill() {
    [...head.children].forEach((cell, index) => {
      cell.setAttribute('aria-sort', index === sortColumn ? (descending ? 'descending' : 'ascending') : 'none');
      cell.firstChild.textContent = columns[index].title + (index === sortColumn ? (descending ? ' ▾' : ' ▴') : '');
    });
    let shown = rows.filter(row => !filter || options.filter(row).toLowerCase().includes(filter));
    if (sortColumn >= 0) {
      const key = columns[sortColumn].value;
      shown = shown.map((row, order) => ({row, order, key: key(row)}));
      shown.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) * (descending ? -1 : 1) || a.order - b.order);
      shown = shown.map(entry => entry.row);
    }
    body.replaceChildren(...shown.map(row => make('tr', {}, ...columns.map(column => {
      const text = column.text(row);
      const cell = make('td', {class: column.isText ? 'text' : column.bar ? 'withbar' : '',
                               title: column.isText ? text : null,
                               'data-value': column.isText ? null : column.value(row)});
      if (column.bar)
        cell.append(make('i', {style: {width: Math.round(70 * column.bar(row)) + 'px'}, 'aria-hidden': 'true'}));
      cell.append(text);
      return cell;
    }))));
  }
  const table = make('table', {}, make('thead', {}, head), body);
  if (options.filter && rows.length > 12) {
    const input = make('input', {type: 'search', class: 'filter', placeholder: 'Filter by name', 'aria-label': 'Filter by name'});
    input.addEventListener('input', () => { filter = input.value.toLowerCase(); fill(); });
    parent.append(input);
  }
  parent.append(make('div', {class: 'tablewrap', tabindex: '0'}, table));
  fill();
}
