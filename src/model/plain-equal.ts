type Table = { readonly [key: string]: unknown };

const sameArrays = (a: readonly unknown[], b: readonly unknown[]): boolean => {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (!equal(a[index], b[index])) return false;
  return true;
};

const sameObjects = (a: Table, b: Table): boolean => {
  const keys = Object.keys(a);
  const others = Object.keys(b);
  if (keys.length !== others.length) return false;
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string;
    if (key !== others[index] || !equal(a[key], b[key])) return false;
  }
  return true;
};

const sameMaps = (a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>): boolean => {
  if (a.size !== b.size) return false;
  const others = b.entries();
  for (const [key, value] of a) {
    const other = others.next().value as readonly [unknown, unknown];
    if (!equal(key, other[0]) || !equal(value, other[1])) return false;
  }
  return true;
};

const sameSets = (a: ReadonlySet<unknown>, b: ReadonlySet<unknown>): boolean => {
  if (a.size !== b.size) return false;
  const others = b.values();
  for (const item of a) if (!equal(item, others.next().value)) return false;
  return true;
};

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
};

/** An object without a prototype counts as an ordinary one: `encode` does not tell them apart. */
const shapeOf = (value: object): unknown => Object.getPrototypeOf(value) ?? Object.prototype;

/**
 * Whether two values of plain data have the same encoding: the same structure, with object keys, Maps and Sets in the
 * same insertion order, since a protocol that iterates can tell two orders apart (contract.md D5). Anything that is
 * not plain data equals only itself.
 */
export const equal = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const shape = shapeOf(a);
  if (shape !== shapeOf(b)) return false;
  if (shape === Array.prototype) return sameArrays(a as readonly unknown[], b as readonly unknown[]);
  if (shape === Object.prototype) return sameObjects(a as Table, b as Table);
  if (shape === Map.prototype) return sameMaps(a as ReadonlyMap<unknown, unknown>, b as ReadonlyMap<unknown, unknown>);
  if (shape === Set.prototype) return sameSets(a as ReadonlySet<unknown>, b as ReadonlySet<unknown>);
  return shape === Uint8Array.prototype && sameBytes(a as Uint8Array, b as Uint8Array);
};
