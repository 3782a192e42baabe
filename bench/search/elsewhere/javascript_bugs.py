"""Bugs in small modules of JavaScript."""

from __future__ import annotations

from bench.search.elsewhere.bug import Bug

JAVASCRIPT = (
    Bug("clamp", "javascript", """
exports.clamp = function clamp(value, low, high) {
  if (value < low) {
    return low;
  }
  if (value > high) {
    return high;
  }
  return value;
};

exports.percent = (part, whole) => (whole === 0 ? 0 : (100 * part) / whole);
""", (("    return high;", "    return low;"),), """
m.clamp(5, 1, 9) ~> 5
m.clamp(0, 1, 9) ~> 1
m.clamp(12, 1, 9) ~> 9
m.percent(1, 4) ~> 25
m.percent(1, 0) ~> 0
""", """
m.clamp(100, 2, 50) ~> 50
m.clamp(-3, -2, 5) ~> -2
m.clamp(9, 1, 9) ~> 9
m.clamp(7, 7, 7) ~> 7
m.percent(3, 3) ~> 100
"""),
    Bug("chunks", "javascript", """
function chunks(items, size) {
  const out = [];
  for (let start = 0; start < items.length; start += size) {
    out.push(items.slice(start, start + size));
  }
  return out;
}

function flatten(lists) {
  let all = [];
  for (const list of lists) {
    all = all.concat(list);
  }
  return all;
}

module.exports = { chunks, flatten };
""", (("start < items.length", "start <= items.length"),), """
m.chunks([1, 2, 3, 4], 2) ~> [[1, 2], [3, 4]]
m.chunks([1, 2, 3], 2) ~> [[1, 2], [3]]
m.chunks([], 3) ~> []
m.flatten([[1], [2, 3]]) ~> [1, 2, 3]
""", """
m.chunks([1], 1) ~> [[1]]
m.chunks([1, 2, 3, 4, 5, 6], 3) ~> [[1, 2, 3], [4, 5, 6]]
m.chunks([1, 2, 3, 4, 5], 4) ~> [[1, 2, 3, 4], [5]]
m.chunks('', 2) ~> []
"""),
    Bug("median", "javascript", """
function median(numbers) {
  const ordered = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(ordered.length / 2);
  if (ordered.length % 2 === 1) {
    return ordered[middle];
  }
  return (ordered[middle - 1] + ordered[middle]) / 2;
}

function mean(numbers) {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

module.exports = { median, mean };
""", (("(a, b) => a - b", "(a, b) => b - b"),), """
m.median([3, 1, 2]) ~> 2
m.median([4, 1, 3, 2]) ~> 2.5
m.median([10, 9, 1]) ~> 9
m.mean([1, 2, 3]) ~> 2
""", """
m.median([5]) ~> 5
m.median([100, 20, 3]) ~> 20
m.median([9, 8, 7, 1]) ~> 7.5
m.median([2, 1]) ~> 1.5
"""),
    Bug("is_blank", "javascript", """
function isBlank(text) {
  return text === null || text === undefined || text.trim() === '';
}

function words(text) {
  if (isBlank(text)) {
    return [];
  }
  return text.trim().split(/\\s+/);
}

module.exports = { isBlank, words };
""", (("text === null || text === undefined", "text === null && text === undefined"),), """
m.isBlank('') ~> true
m.isBlank(null) ~> true
m.isBlank(undefined) ~> true
m.isBlank(' a ') ~> false
m.words(null) ~> []
m.words(' one  two ') ~> ['one', 'two']
""", """
m.isBlank('  ') ~> true
m.words(undefined) ~> []
m.words('x') ~> ['x']
"""),
    Bug("retry_delay", "javascript", """
const BASE = 100;
const LIMIT = 5000;

function delay(attempt) {
  return Math.min(BASE * 2 ** attempt, LIMIT);
}

function total(attempts) {
  let sum = 0;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    sum += delay(attempt);
  }
  return sum;
}

module.exports = { delay, total };
""", (("Math.min(", "Math.max("),), """
m.delay(0) ~> 100
m.delay(3) ~> 800
m.delay(10) ~> 5000
m.total(3) ~> 700
""", """
m.delay(1) ~> 200
m.delay(6) ~> 5000
m.delay(5) ~> 3200
m.total(0) ~> 0
"""),
    Bug("query", "javascript", """
function parseQuery(text) {
  const found = {};
  const body = text.startsWith('?') ? text.slice(1) : text;
  for (const part of body.split('&')) {
    if (part) {
      const at = part.indexOf('=');
      const key = at < 0 ? part : part.slice(0, at);
      const value = at < 0 ? '' : part.slice(at + 1);
      found[key] = decodeURIComponent(value);
    }
  }
  return found;
}

module.exports = { parseQuery };
""", (("part.slice(at + 1)", "part.slice(at)"),), """
m.parseQuery('?a=1&b=2') ~> { a: '1', b: '2' }
m.parseQuery('a=x%20y') ~> { a: 'x y' }
m.parseQuery('flag') ~> { flag: '' }
m.parseQuery('') ~> {}
""", """
m.parseQuery('q=a=b') ~> { q: 'a=b' }
m.parseQuery('a=') ~> { a: '' }
m.parseQuery('&&a=1') ~> { a: '1' }
"""),
    Bug("stack", "javascript", """
class Stack {
  constructor() {
    this.items = [];
  }

  push(item) {
    this.items.push(item);
    return this;
  }

  pop() {
    return this.items.pop();
  }

  get size() {
    return this.items.length;
  }
}

module.exports = { Stack };
""", (("this.items.push(item);", "this.items.unshift(item);"),), """
new m.Stack().push(1).push(2).pop() ~> 2
new m.Stack().push(1).size ~> 1
new m.Stack().size ~> 0
""", """
new m.Stack().push(1).push(2).push(3).items ~> [1, 2, 3]
new m.Stack().push('a').pop() ~> 'a'
"""),
    Bug("inventory", "javascript", """
class Inventory {
  constructor() {
    this.counts = new Map();
  }

  add(name, amount) {
    this.counts.set(name, (this.counts.get(name) ?? 0) + amount);
    return this;
  }

  remove(name, amount) {
    const left = (this.counts.get(name) ?? 0) - amount;
    if (left < 0) {
      throw new RangeError('not enough');
    }
    this.counts.set(name, left);
    return this;
  }

  total() {
    let sum = 0;
    for (const amount of this.counts.values()) {
      sum += amount;
    }
    return sum;
  }
}

module.exports = { Inventory };
""", (("(this.counts.get(name) ?? 0) - amount", "(this.counts.get(name) ?? 0) + amount"),), """
new m.Inventory().add('a', 3).remove('a', 1).total() ~> 2
new m.Inventory().add('a', 3).add('b', 2).total() ~> 5
new m.Inventory().add('a', 1).add('a', 1).counts.get('a') ~> 2
""", """
new m.Inventory().add('a', 5).remove('a', 5).total() ~> 0
new m.Inventory().add('a', 5).remove('a', 2).counts.get('a') ~> 3
(() => { try { new m.Inventory().remove('a', 1); return 'no'; } catch (e) { return e.message; } })() ~> 'not enough'
"""),
    Bug("load_all", "javascript", """
async function load(name, source) {
  const text = await source(name);
  return JSON.parse(text);
}

async function loadAll(names, source) {
  const found = {};
  for (const name of names) {
    found[name] = await load(name, source);
  }
  return found;
}

module.exports = { load, loadAll };
""", (("found[name] = await load(name, source);", "found[name] = load(name, source);"),), """
await m.load('a', async () => '{"x": 1}') ~> { x: 1 }
await m.loadAll(['a'], async (name) => JSON.stringify(name)) ~> { a: 'a' }
await m.loadAll([], async () => '') ~> {}
""", """
await m.loadAll(['a', 'b'], async (name) => JSON.stringify([name])) ~> { a: ['a'], b: ['b'] }
"""),
    Bug("greeting", "javascript", """
function fullName(person) {
  if (!person) {
    return '';
  }
  return [person.first, person.last].filter(Boolean).join(' ');
}

function greeting(person) {
  const name = fullName(person);
  return name ? `Hello, ${name}!` : 'Hello!';
}

module.exports = { fullName, greeting };
""", (("""  if (!person) {
    return '';
  }
""", ""),), """
m.fullName({ first: 'Ada', last: 'Lovelace' }) ~> 'Ada Lovelace'
m.fullName(null) ~> ''
m.greeting(undefined) ~> 'Hello!'
m.greeting({ first: 'Ada' }) ~> 'Hello, Ada!'
""", """
m.fullName(undefined) ~> ''
m.greeting(null) ~> 'Hello!'
m.greeting({}) ~> 'Hello!'
"""),
    Bug("slug", "javascript", """
function slug(text) {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

function title(text) {
  return text
    .split(' ')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}

module.exports = { slug, title };
""", ((".charAt(0).toUpperCase()", ".charAt(0).toLowerCase()"),), """
m.slug('Hello World') ~> 'hello-world'
m.slug(' a -- b ') ~> 'a-b'
m.title('the art of war') ~> 'The Art Of War'
""", """
m.title('x') ~> 'X'
m.title('aBC dEF') ~> 'ABC DEF'
m.title('') ~> ''
"""),
    Bug("versions", "javascript", """
function compareVersions(left, right) {
  const a = left.split('.').map(Number);
  const b = right.split('.').map(Number);
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) {
      return Math.sign(difference);
    }
  }
  return 0;
}

const newest = (versions) => [...versions].sort(compareVersions).at(-1);

module.exports = { compareVersions, newest };
""", (("- (b[index] ?? 0)", "- (b[index] ?? 1)"),), """
m.compareVersions('1.2.3', '1.2.3') ~> 0
m.compareVersions('1.10', '1.9') ~> 1
m.compareVersions('1.0.0', '1.0') ~> 0
m.newest(['1.2', '1.10', '1.9']) ~> '1.10'
""", """
m.compareVersions('2', '2.0.0') ~> 0
m.compareVersions('1.0.1', '1') ~> 1
m.compareVersions('1.0', '1.0.1') ~> -1
"""),
    Bug("binary_search", "javascript", """
function find(items, wanted) {
  let low = 0;
  let high = items.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (items[middle] === wanted) {
      return middle;
    }
    if (items[middle] < wanted) {
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return -1;
}

module.exports = { find };
""", (("items[middle] < wanted", "items[middle] > wanted"),), """
m.find([1, 3, 5], 5) ~> 2
m.find([1, 3, 5], 3) ~> 1
m.find([], 1) ~> -1
m.find([2, 4], 2) ~> 0
""", """
m.find([1, 2, 3, 4, 5, 6, 7], 6) ~> 5
m.find([1, 2, 3, 4, 5, 6, 7], 1) ~> 0
m.find([1, 2, 3], 9) ~> -1
m.find([1, 2, 3], 0) ~> -1
"""),
    Bug("group_by", "javascript", """
function groupBy(items, key) {
  const groups = {};
  for (const item of items) {
    const name = key(item);
    if (!(name in groups)) {
      groups[name] = [];
    }
    groups[name].push(item);
  }
  return groups;
}

const countBy = (items, key) =>
  Object.fromEntries(Object.entries(groupBy(items, key)).map(([name, members]) => [name, members.length]));

module.exports = { groupBy, countBy };
""", (("if (!(name in groups))", "if (name in groups)"),), """
m.groupBy([1, 2, 3], (n) => (n % 2 ? 'odd' : 'even')) ~> { odd: [1, 3], even: [2] }
m.groupBy([], String) ~> {}
m.countBy(['a', 'bb', 'c'], (text) => text.length) ~> { 1: 2, 2: 1 }
""", """
m.groupBy(['x', 'y', 'x'], String) ~> { x: ['x', 'x'], y: ['y'] }
m.countBy([], String) ~> {}
"""),
)  # fmt: skip
