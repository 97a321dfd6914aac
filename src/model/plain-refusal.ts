import { PlainDataError } from "./plain-error.ts";

/** Containers inside one another in one value. Deeper is refused, and so is a cycle, which has no end. */
export const DEPTH_MAX: number = 100;

/** Bytes of one bigint. Far above any counter or hash, far below where the engine itself gives up. */
export const BIGINT_BYTES_MAX: number = 65_536;

/** The first bigint whose magnitude no longer fits. */
export const BIGINT_MAGNITUDE_END: bigint = 1n << BigInt(8 * BIGINT_BYTES_MAX);

/** Of the path of a cycle, which repeats itself, the start is enough. */
const PATH_SHOWN_MAX = 80;

const CANONICAL_INTEGER = /^(?:0|[1-9][0-9]*)$/;
const IDENTIFIER = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/** The path of an object's entry below `path`. */
export const propertyPath = (path: string, key: string): string => {
  if (!IDENTIFIER.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
};

/**
 * Says why an object must not have this key, if so. Engines list integer-like keys first and in ascending order, so
 * such an object forgets its insertion order when it is rebuilt; assigning to `__proto__` changes the prototype.
 */
export const keyRefusal = (key: string): string | undefined => {
  const first = key.charCodeAt(0);
  if (first <= 0x39 && first >= 0x30 && CANONICAL_INTEGER.test(key)) {
    return "an integer-like key loses its place in the order of keys; use a Map or an array";
  }
  return key === "__proto__" ? "the key __proto__ would change the prototype; use a Map or another name" : undefined;
};

/** Says why this number is not plain data, if so. */
export const numberRefusal = (value: number): string | undefined => {
  if (Number.isNaN(value)) return "NaN is not plain data, it differs from itself; use null or undefined";
  if (!Number.isFinite(value)) return `${value} is not plain data; use null, undefined or a named limit`;
  if (Object.is(value, -0)) return "-0 is not plain data, it equals 0 and divides otherwise; add 0 to it";
  return undefined;
};

const className = (value: object): string => {
  const maker: unknown = Reflect.get(value, "constructor");
  return typeof maker === "function" && maker.name !== "" ? maker.name : "an unnamed class";
};

const instanceRefusal = (value: object): string => {
  if (value instanceof Uint8Array) {
    return `an instance of ${className(value)} is not plain data; copy its bytes with new Uint8Array(…)`;
  }
  return `an instance of ${className(value)} is not plain data; keep its fields in a plain object, a Map or an array`;
};

const descriptorRefusal = (value: object, key: string): string | undefined => {
  const descriptor = Object.getOwnPropertyDescriptor(value, key);
  if (descriptor === undefined) return undefined;
  if (!("value" in descriptor)) return "an accessor is not plain data; store the value that it computes";
  return descriptor.enumerable ? undefined : "a hidden (not enumerable) property is not plain data; make it enumerable";
};

const symbolRefusal = (value: object, path: string): string | undefined => {
  const symbol = Object.getOwnPropertySymbols(value)[0];
  return symbol && `${path}[${String(symbol)}]: a symbol as key is not plain data; use a string`;
};

const objectRefusal = (value: object, path: string, depth: number): string | undefined => {
  for (const key of Object.getOwnPropertyNames(value)) {
    const below = propertyPath(path, key);
    const why = keyRefusal(key) ?? descriptorRefusal(value, key);
    if (why !== undefined) return `${below}: ${why}`;
    const found = refusalOf(Reflect.get(value, key), below, depth);
    if (found !== undefined) return found;
  }
  return symbolRefusal(value, path);
};

/** Names that an array, a Map or a Set carries beside its contents, such as the `index` of a regular expression's match. */
const extraRefusal = (value: object, path: string, known: number): string | undefined => {
  const extra = Object.keys(value).slice(known)[0];
  return extra === undefined
    ? symbolRefusal(value, path)
    : `${propertyPath(path, extra)}: a named property beside the contents is not plain data; use a plain object`;
};

const arrayRefusal = (value: readonly unknown[], path: string, depth: number): string | undefined => {
  for (let index = 0; index < value.length; index++) {
    const below = `${path}[${index}]`;
    if (!(index in value)) return `${below}: a hole in an array is not plain data; fill it with undefined or null`;
    const found = refusalOf(value[index], below, depth);
    if (found !== undefined) return found;
  }
  return extraRefusal(value, path, value.length);
};

const mapRefusal = (value: ReadonlyMap<unknown, unknown>, path: string, depth: number): string | undefined => {
  let index = 0;
  for (const [key, entry] of value) {
    const name = typeof key === "string" ? JSON.stringify(key) : typeof key === "number" ? `${key}` : `entry ${index}`;
    const found = refusalOf(key, `${path}.keys()[${index}]`, depth) ?? refusalOf(entry, `${path}.get(${name})`, depth);
    if (found !== undefined) return found;
    index++;
  }
  return extraRefusal(value, path, 0);
};

const setRefusal = (value: ReadonlySet<unknown>, path: string, depth: number): string | undefined => {
  let index = 0;
  for (const item of value) {
    const found = refusalOf(item, `${path}.values()[${index++}]`, depth);
    if (found !== undefined) return found;
  }
  return extraRefusal(value, path, 0);
};

const containerRefusal = (value: object, path: string, depth: number): string | undefined => {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Uint8Array.prototype) return undefined;
  if (depth > DEPTH_MAX)
    return `${path.slice(0, PATH_SHOWN_MAX)}…: deeper than ${DEPTH_MAX} levels, or a cycle; refer by an id instead`;
  if (Array.isArray(value) && prototype === Array.prototype) return arrayRefusal(value, path, depth);
  if (prototype === Object.prototype || prototype === null) return objectRefusal(value, path, depth);
  if (prototype === Map.prototype) return mapRefusal(value as ReadonlyMap<unknown, unknown>, path, depth);
  if (prototype === Set.prototype) return setRefusal(value as ReadonlySet<unknown>, path, depth);
  return `${path}: ${instanceRefusal(value)}`;
};

/**
 * The first reason, in the order of the walk, why `value` is not plain data; undefined when it is. This is the slow
 * and exact account: `encode`, `clone` and `hashPlain` call it only after they stumbled, so none of them keeps a path.
 */
export const refusalOf = (value: unknown, path: string, depth = 0): string | undefined => {
  switch (typeof value) {
    case "function":
      return `${path}: a function is not plain data; keep what it would compute, or a name for it`;
    case "symbol":
      return `${path}: a symbol is not plain data; use a string`;
    case "number": {
      const why = numberRefusal(value);
      return why && `${path}: ${why}`;
    }
    case "bigint":
      return value < BIGINT_MAGNITUDE_END && value > -BIGINT_MAGNITUDE_END
        ? undefined
        : `${path}: a bigint of more than ${BIGINT_BYTES_MAX} bytes is not plain data; use bytes`;
    case "object":
      return value === null ? undefined : containerRefusal(value, path, depth + 1);
    default:
      return undefined;
  }
};

/** What a walk throws when it stumbles; `located` turns it into the sentence with the path. */
export const stumbled: PlainDataError = new PlainDataError("the walk stumbled over something that is not plain data");

/**
 * Turns what a fast walk over `value` threw into the error for the caller. A RangeError is the engine's stack that
 * ended: a cycle, or a value deeper than the limit. What is left is a fault of ours and passes unchanged.
 */
export const located = (error: unknown, value: unknown, name: string): unknown => {
  if (error !== stumbled && !(error instanceof RangeError)) return error;
  const found = refusalOf(value, name);
  return found === undefined ? error : new PlainDataError(found);
};
