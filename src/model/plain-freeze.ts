import { PlainDataError } from "./plain-error.ts";

const refuse = (what: string): PropertyDescriptor => ({
  value: (): never => {
    throw new TypeError(`this ${what} is frozen: it was sent or stored, so change a copy of it`);
  },
});

const FROZEN_MAP: PropertyDescriptorMap = { set: refuse("Map"), delete: refuse("Map"), clear: refuse("Map") };
const FROZEN_SET: PropertyDescriptorMap = { add: refuse("Set"), delete: refuse("Set"), clear: refuse("Set") };

const isOpen = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Object.isFrozen(value) && !(value instanceof Uint8Array);

const freezeCollection = (value: object, refusals: PropertyDescriptorMap): void => {
  if (Object.hasOwn(value, "clear")) return;
  if (!Object.isExtensible(value)) {
    throw new PlainDataError("Object.freeze does not stop changes of a Map or Set; leave the freezing to freeze");
  }
  Object.freeze(Object.defineProperties(value, refusals));
};

const freezeMap = (value: ReadonlyMap<unknown, unknown>): void => {
  for (const [key, item] of value) {
    if (isOpen(key)) freezeObject(key);
    if (isOpen(item)) freezeObject(item);
  }
  freezeCollection(value, FROZEN_MAP);
};

const freezeSet = (value: ReadonlySet<unknown>): void => {
  for (const item of value) if (isOpen(item)) freezeObject(item);
  freezeCollection(value, FROZEN_SET);
};

const freezeArray = (value: readonly unknown[]): void => {
  Object.freeze(value);
  for (let index = 0; index < value.length; index++) {
    const item = value[index];
    if (isOpen(item)) freezeObject(item);
  }
};

const freezeTable = (value: { readonly [key: string]: unknown }): void => {
  Object.freeze(value);
  for (const key in value) {
    const item = value[key];
    if (isOpen(item)) freezeObject(item);
  }
};

const freezeObject = (value: object): void => {
  if (Array.isArray(value)) freezeArray(value);
  else if (value instanceof Map) freezeMap(value);
  else if (value instanceof Set) freezeSet(value);
  else freezeTable(value as { readonly [key: string]: unknown });
};

/**
 * Freezes plain data in depth, in place, and returns it: a message that its sender changes after sending (contract.md
 * T2) then throws at the faulty line. The mutators of a Map or Set are covered by own ones that throw a sentence;
 * only someone who calls `Map.prototype.set` on it gets past them. The bytes of a Uint8Array cannot be frozen in
 * JavaScript: they stay open.
 *
 * A part that is frozen already is not entered again. Of a value that is frozen itself the direct parts are still
 * looked at, since someone's `Object.freeze` may have stopped there.
 *
 * @throws PlainDataError for a Map or Set under `Object.freeze`, which cannot be covered any more.
 */
export const freeze = <T>(value: T): T => {
  if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) freezeObject(value);
  return value;
};
