import type { Below } from "../support/drawing.ts";

const pick = <T>(below: Below, from: readonly T[]): T => from[below(from.length)]!;

const nested = (depth: number): unknown => (depth === 0 ? "deep" : [nested(depth - 1)]);

/** Values that plain data can hold, so that a wire brings them. */
const strange = (): readonly unknown[] => [
  ...[undefined, null, true, 0, 1, -1, 0.5, 99, 2 ** 53, 1e308, -(2 ** 31), 7n, -1n],
  ...["", "x", "0", "length", "constructor", "__proto__", new Uint8Array(), new Uint8Array([1]), []],
  ...[{}, new Map(), new Map([[0, 1]]), new Set([0]), { length: 3 }, { kind: "constructor" }, [[]], [null], [0, 0, 0]],
  ...[nested(40), Array.from({ length: 300 }, (_, at) => at), "x".repeat(20_000), { path: null, signatures: 3 }],
];

/** Values that no wire brings, and a host without a wire might. */
export const notPlain = (): readonly unknown[] => [
  ...[Number.NaN, Number.POSITIVE_INFINITY, -0, Symbol("s"), () => 1, new Date(0), Object.create(null), new Array(5)],
];

/** One part of a message exchanged for something strange: a value, a field left out, added, or a list cut short. */
export const malformed = (below: Below, value: unknown, others: readonly unknown[] = strange()): unknown => {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array || below(4) === 0)
    return pick(below, others);
  if (Array.isArray(value)) {
    const at = below(value.length + 1);
    if (at === value.length)
      return pick(below, [[...value, ...value], [...value, pick(below, others)], value.slice(1)]);
    return value.with(at, malformed(below, value[at], others));
  }
  const keys = Object.keys(value);
  const key = pick(below, [...keys, "stranger"]);
  const fields = Object.entries(value).filter(([name]) => name !== key);
  if (below(5) === 0) return Object.fromEntries(fields);
  return Object.fromEntries([...fields, [key, malformed(below, Reflect.get(value, key), others)]]);
};
