"""Bugs in small modules of TypeScript."""

from __future__ import annotations

from bench.search.elsewhere.bug import Bug

TYPESCRIPT = (
    Bug("cart", "typescript", """
export interface Line {
  price: number;
  amount: number;
}

export function subtotal(lines: readonly Line[]): number {
  return lines.reduce((sum: number, line: Line) => sum + line.price * line.amount, 0);
}

export function total(lines: readonly Line[], discount: number = 0): number {
  const before = subtotal(lines);
  return before - before * discount;
}
""", (("line.price * line.amount", "line.price + line.amount"),), """
m.subtotal([{ price: 5, amount: 3 }]) ~> 15
m.subtotal([]) ~> 0
m.total([{ price: 10, amount: 2 }], 0.5) ~> 10
""", """
m.subtotal([{ price: 5, amount: 3 }, { price: 2, amount: 4 }]) ~> 23
m.total([{ price: 7, amount: 1 }]) ~> 7
"""),
    Bug("range", "typescript", """
export function range(start: number, end: number, step: number = 1): number[] {
  if (step <= 0) {
    throw new RangeError('the step must be positive');
  }
  const out: number[] = [];
  for (let value = start; value < end; value += step) {
    out.push(value);
  }
  return out;
}

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
""", (("let value = start;", "let value = start + 1;"),), """
m.range(0, 3) ~> [0, 1, 2]
m.range(2, 8, 3) ~> [2, 5]
m.range(3, 3) ~> []
m.sum([1, 2, 3]) ~> 6
""", """
m.range(0, 4, 2) ~> [0, 2]
m.range(-1, 1) ~> [-1, 0]
"""),
    Bug("tree", "typescript", """
export type Node = { value: number; left?: Node; right?: Node };

export function insert(node: Node | undefined, value: number): Node {
  if (node === undefined) {
    return { value };
  }
  if (value < node.value) {
    return { ...node, left: insert(node.left, value) };
  }
  return { ...node, right: insert(node.right, value) };
}

export function depth(node: Node | undefined): number {
  return node === undefined ? 0 : 1 + Math.max(depth(node.left), depth(node.right));
}

export function values(node: Node | undefined): number[] {
  return node === undefined ? [] : [...values(node.left), node.value, ...values(node.right)];
}
""", (("Math.max(depth(node.left), depth(node.right))", "Math.max(depth(node.left), depth(node.left))"),), """
m.depth(undefined) ~> 0
m.depth(m.insert(m.insert(undefined, 1), 2)) ~> 2
m.values([3, 1, 2].reduce((node, value) => m.insert(node, value), undefined)) ~> [1, 2, 3]
m.depth(m.insert(m.insert(undefined, 2), 1)) ~> 2
""", """
m.depth([1, 2, 3, 4].reduce((node, value) => m.insert(node, value), undefined)) ~> 4
m.depth([4, 3, 2].reduce((node, value) => m.insert(node, value), undefined)) ~> 3
"""),
    Bug("permissions", "typescript", """
export type Role = 'admin' | 'editor' | 'viewer';

const LEVELS: Record<Role, number> = { admin: 3, editor: 2, viewer: 1 };

export function atLeast(role: Role, wanted: Role): boolean {
  return LEVELS[role] >= LEVELS[wanted];
}

export function canEdit(role: Role, locked: boolean): boolean {
  return role === 'admin' || (atLeast(role, 'editor') && !locked);
}
""", (("&& !locked", "&& locked"),), """
m.atLeast('admin', 'viewer') ~> true
m.atLeast('viewer', 'editor') ~> false
m.canEdit('editor', false) ~> true
m.canEdit('editor', true) ~> false
m.canEdit('admin', true) ~> true
""", """
m.canEdit('viewer', false) ~> false
m.canEdit('viewer', true) ~> false
m.canEdit('admin', false) ~> true
"""),
    Bug("temperature", "typescript", """
export class Thermostat {
  private low: number;
  private high: number;

  constructor(low: number, high: number) {
    this.low = low;
    this.high = high;
  }

  state(temperature: number): string {
    if (temperature < this.low) {
      return 'heat';
    }
    return temperature > this.high ? 'cool' : 'off';
  }
}

export const toFahrenheit = (celsius: number): number => (celsius * 9) / 5 + 32;
""", (("? 'cool' : 'off'", "? 'off' : 'cool'"),), """
new m.Thermostat(18, 22).state(10) ~> 'heat'
new m.Thermostat(18, 22).state(20) ~> 'off'
new m.Thermostat(18, 22).state(30) ~> 'cool'
m.toFahrenheit(100) ~> 212
""", """
new m.Thermostat(18, 22).state(22) ~> 'off'
new m.Thermostat(18, 22).state(18) ~> 'off'
new m.Thermostat(1, 2).state(3) ~> 'cool'
"""),
    Bug("status", "typescript", """
const NAMES = new Map<number, string>([
  [200, 'ok'],
  [404, 'not found'],
  [500, 'server error'],
]);

export function describe(status: number): string {
  return NAMES.get(status) ?? 'unknown';
}

export function isError(status: number): boolean {
  return status >= 400 && status < 600;
}
""", (("'not found'", "'not fuond'"),), """
m.describe(404) ~> 'not found'
m.describe(200) ~> 'ok'
m.describe(1) ~> 'unknown'
m.isError(404) ~> true
m.isError(600) ~> false
""", """
m.describe(500) ~> 'server error'
m.isError(400) ~> true
m.isError(399) ~> false
"""),
    Bug("pages", "typescript", """
export function pageCount(items: number, size: number): number {
  return Math.ceil(items / size);
}

export function page<T>(items: readonly T[], number: number, size: number): T[] {
  const start = (number - 1) * size;
  return items.slice(start, start + size);
}
""", (("(number - 1) * size", "number * size"),), """
m.page([1, 2, 3, 4, 5], 1, 2) ~> [1, 2]
m.page([1, 2, 3, 4, 5], 3, 2) ~> [5]
m.pageCount(5, 2) ~> 3
""", """
m.page([1, 2, 3], 2, 1) ~> [2]
m.page([1, 2, 3, 4, 5, 6], 2, 3) ~> [4, 5, 6]
m.page([1], 2, 5) ~> []
"""),
)  # fmt: skip
