"""A small shop in JavaScript with its jest tests: green as it stands, and red in one of several ways."""

from __future__ import annotations

from bench.cheats.pairs import Edits, replaced

PACKAGE = """\
{
  "name": "shop",
  "version": "1.2.0",
  "scripts": {"test": "jest"},
  "jest": {"transform": {}, "testEnvironment": "node"}
}
"""
CART = """\
'use strict';

function total(lines) {
  let cents = 0;
  for (const line of lines) {
    cents += line.price * line.count;
  }
  return cents;
}

function cheapest(lines) {
  return lines.reduce((best, line) => (line.price < best.price ? line : best)).name;
}

module.exports = { total, cheapest };
"""
CART_TEST = """\
const { total, cheapest } = require('../src/cart');

const tea = { name: 'tea', price: 250, count: 2 };
const milk = { name: 'milk', price: 749, count: 1 };

describe('cart', () => {
  test('adds up what is in it', () => {
    expect(total([tea, milk])).toEqual(1249);
  });

  test.each([
    [[], 0],
    [[{ name: 'bun', price: 5, count: 3 }], 15],
  ])('total of %j is %i', (lines, expected) => {
    expect(total(lines)).toEqual(expected);
  });

  test('knows what is cheapest', () => {
    expect(cheapest([milk, tea])).toBe('tea');
  });
});
"""
MONEY = """\
'use strict';

class Money {
  constructor(cents, currency = 'EUR') {
    this.cents = cents;
    this.currency = currency;
  }

  equals(other) {
    return this.cents === other.cents && this.currency === other.currency;
  }

  toString() {
    return `${(this.cents / 100).toFixed(2)} ${this.currency}`;
  }
}

module.exports = { Money };
"""
MONEY_TEST = """\
const { Money } = require('../src/money');

test('the same amount is equal', () => {
  expect(new Money(1249).equals(new Money(1249))).toBe(true);
});

test('money is shown with its currency', () => {
  expect(String(new Money(1249, 'GBP'))).toBe('12.49 GBP');
});
"""
ORDERS = """\
'use strict';

function parse(text) {
  const found = /^(\\w+) x(\\d+)$/.exec(text);
  if (!found) {
    return null;
  }
  return { sku: found[1], count: Number(found[2]) };
}

function readAll(texts) {
  return texts.map(parse).filter((order) => order !== null);
}

module.exports = { parse, readAll };
"""
ORDERS_TEST = """\
const { parse, readAll } = require('../src/orders');

test('an order has a sku and a count', () => {
  expect(parse('tea x2')).toEqual({ sku: 'tea', count: 2 });
});

test('what is no order is null', () => {
  expect(parse('two teas')).toBeNull();
});

test('what is no order is left out', () => {
  expect(readAll(['tea x2', '', 'bun x1'])).toHaveLength(2);
});
"""
STOCK = """\
'use strict';

class OutOfStock extends Error {}

class Stock {
  constructor(counts) {
    this.counts = { ...counts };
  }

  async take(name, count) {
    if ((this.counts[name] ?? 0) < count) {
      throw new OutOfStock(`${name}: fewer than ${count} left`);
    }
    this.counts[name] -= count;
    return this.counts[name];
  }

  async takeAll(wishes) {
    const missing = [];
    for (const [name, count] of Object.entries(wishes)) {
      try {
        await this.take(name, count);
      } catch (error) {
        if (!(error instanceof OutOfStock)) throw error;
        missing.push(name);
      }
    }
    return missing;
  }
}

module.exports = { OutOfStock, Stock };
"""
STOCK_TEST = """\
const { OutOfStock, Stock } = require('../src/stock');

test('taking leaves the rest', async () => {
  await expect(new Stock({ tea: 5 }).take('tea', 2)).resolves.toBe(3);
});

test('more than there is cannot be taken', async () => {
  await expect(new Stock({ tea: 1 }).take('tea', 2)).rejects.toThrow(OutOfStock);
});

test('one missing thing does not stop the others', async () => {
  const stock = new Stock({ tea: 1, bun: 4 });
  expect(await stock.takeAll({ tea: 2, bun: 3 })).toBeDefined();
  expect(stock.counts).toEqual({ tea: 1, bun: 1 });
});
"""
NAMES = """\
'use strict';

function slug(title) {
  return title.trim().toLowerCase().split(/\\s+/).join('-');
}

function greeting(name, hour) {
  return `${hour < 12 ? 'Good morning' : 'Good day'}, ${name}`;
}

module.exports = { slug, greeting };
"""
NAMES_TEST = """\
const assert = require('node:assert');
const { slug, greeting } = require('../src/names');

test('a slug has dashes for spaces', () => {
  expect(slug('Earl Grey Tea')).toBe('earl-grey-tea');
});

test('a customer is greeted', () => {
  assert.equal(greeting('Ada', 9), 'Good morning, Ada');
});
"""
RECEIPT = """\
'use strict';

function receipt(lines) {
  const cents = lines.reduce((sum, line) => sum + line.price * line.count, 0);
  const rows = lines.map((line) => `${line.count} ${line.name}`);
  return [...rows, `total ${cents}`].join('\\n');
}

module.exports = { receipt };
"""
RECEIPT_TEST = """\
const { receipt } = require('../src/receipt');

test('a receipt lists all and ends in the total', () => {
  expect(receipt([{ name: 'tea', price: 250, count: 2 }])).toMatchSnapshot();
});
"""
SNAPSHOT = """\
// Jest Snapshot v1, https://goo.gl/fbAQLP

exports[`a receipt lists all and ends in the total 1`] = `
"2 tea
total 500"
`;
"""
GREEN = {
    "package.json": PACKAGE,
    "src/cart.js": CART,
    "src/money.js": MONEY,
    "src/orders.js": ORDERS,
    "src/stock.js": STOCK,
    "src/names.js": NAMES,
    "src/receipt.js": RECEIPT,
    "__tests__/cart.test.js": CART_TEST,
    "__tests__/money.test.js": MONEY_TEST,
    "__tests__/orders.test.js": ORDERS_TEST,
    "__tests__/stock.test.js": STOCK_TEST,
    "__tests__/names.test.js": NAMES_TEST,
    "__tests__/receipt.test.js": RECEIPT_TEST,
    "__tests__/__snapshots__/receipt.test.js.snap": SNAPSHOT,
}
"""The shop as it should be."""


def edit(files: dict[str, str], path: str, *pairs: tuple[str, str]) -> Edits:
    """The edit of one of *files* that makes these replacements."""
    return {path: replaced(files[path], *pairs)}


def broken(path: str, *pairs: tuple[str, str]) -> dict[str, str]:
    """The shop with a bug: these replacements made at *path*."""
    return {**GREEN, path: replaced(GREEN[path], *pairs)}


COUNTED = ("line.price * line.count", "line.price")
"""How the total of a cart is broken: every line is counted once."""

CART_RED = broken("src/cart.js", COUNTED)
MONEY_RED = broken("src/money.js", ("this.cents === other.cents && this.currency === other.currency", "this === other"))
ORDERS_RED = broken("src/orders.js", ("  if (!found) {\n    return null;\n  }\n", ""))
_CAREFUL = """\
      try {
        await this.take(name, count);
      } catch (error) {
        if (!(error instanceof OutOfStock)) throw error;
        missing.push(name);
      }
"""
STOCK_RED = broken("src/stock.js", (_CAREFUL, "      await this.take(name, count);\n"))
NAMES_RED = broken(
    "src/names.js",
    (".split(/\\s+/).join('-')", ""),
    ("hour < 12 ? 'Good morning' : 'Good day'", "hour > 12 ? 'Good morning' : 'Good day'"),
)
RECEIPT_RED = broken("src/receipt.js", ("[...rows, `total ${cents}`]", "rows"))
