import { assert, hashWord } from "../../model/index.ts";
import { writeLatin1 } from "../../model/plain-latin1.ts";
import { arrayOf, type Bytes, bytesOf, copyOfBytes } from "./bytes.ts";
import type { KeyValue } from "./key-value-types.ts";

/**
 * The values of a leaf, packed: of each key some numbers in `slots`, and its bytes somewhere in two arrays. A value as an
 * object of its own would be gone through, and copied, by every collection of garbage; here a leaf is five objects however
 * much is in it. What older editions made lies in `base`, which nobody changes any more and which views share with the
 * present; what this edition wrote lies in `fresh`. Plain data.
 */
export interface LeafValues {
  /** `slotWidth` numbers a key: see the names of fields below. */
  readonly slots: readonly number[];
  readonly base: Uint8Array;
  readonly fresh: Uint8Array;
  /** How much of `fresh` is written. */
  readonly used: number;
}

/** Values that the edition which made them may change. */
export interface OwnValues extends LeafValues {
  slots: number[];
  base: Uint8Array;
  fresh: Uint8Array;
  used: number;
}

/** Numbers a key. Where its bytes are (behind those of `base` come those of `fresh`), how many, and what else is known. */
const slotWidth = 6;
const lengthField = 1;
const createField = 2;
const modField = 3;
const versionField = 4;
const hashField = 5;

const nothing = new Uint8Array(0);

/** A leaf without keys. */
export const noValues = (): OwnValues => ({ slots: [], base: nothing, fresh: nothing, used: 0 });

/** Bytes of a value. */
export const lengthAt = ({ slots }: LeafValues, index: number): number => slots[index * slotWidth + lengthField]!;

/** Hash of a value. */
export const valueHashAt = ({ slots }: LeafValues, index: number): number => slots[index * slotWidth + hashField]!;

/** The revision of the put that created a key. */
export const createRevisionAt = ({ slots }: LeafValues, index: number): number =>
  slots[index * slotWidth + createField]!;

/** The revision of the last put of a key. */
export const modRevisionAt = ({ slots }: LeafValues, index: number): number => slots[index * slotWidth + modField]!;

/** How many puts a key had. */
export const versionAt = ({ slots }: LeafValues, index: number): number => slots[index * slotWidth + versionField]!;

/** The bytes of a value, shared. */
const viewAt = ({ slots, base, fresh }: LeafValues, index: number): Uint8Array => {
  const at = slots[index * slotWidth]!;
  const length = slots[index * slotWidth + lengthField]!;
  return at < base.length
    ? base.subarray(at, at + length)
    : fresh.subarray(at - base.length, at - base.length + length);
};

/** A value as text. */
export const valueAt = (values: LeafValues, index: number): Bytes => bytesOf(viewAt(values, index));

/** How a value is given to clients: as text, as an array, or not at all. */
export type ValueForm = "text" | "array" | "none";

const valueAs = (form: ValueForm, values: LeafValues, index: number): Bytes | Uint8Array => {
  if (form === "text") return valueAt(values, index);
  return form === "array" ? copyOfBytes(viewAt(values, index)) : "";
};

/** An entry as clients see it. */
export const keyValueAt = (key: Bytes, values: LeafValues, index: number, form: ValueForm = "text"): KeyValue => ({
  key,
  value: valueAs(form, values, index),
  createRevision: createRevisionAt(values, index),
  modRevision: modRevisionAt(values, index),
  version: versionAt(values, index),
});

/** Bytes of all values. */
export const bytesIn = ({ slots }: LeafValues): number => {
  let sum = 0;
  for (let at = lengthField; at < slots.length; at += slotWidth) sum += slots[at]!;
  return sum;
};

/** The hash of a value, the bytes from one place up to another: two lanes, so that the one need not wait for the other. */
const hashBytes = (bytes: Uint8Array, from: number, to: number): number => {
  let one = hashWord(0x5be0_cd19, to - from);
  let other = one;
  let at = from + 7;
  for (; at < to; at += 8) {
    one = hashWord(one, bytes[at - 7]! | (bytes[at - 6]! << 8) | (bytes[at - 5]! << 16) | (bytes[at - 4]! << 24));
    other = hashWord(other, bytes[at - 3]! | (bytes[at - 2]! << 8) | (bytes[at - 1]! << 16) | (bytes[at]! << 24));
  }
  for (at -= 7; at < to; at++) one = hashWord(one, bytes[at]!);
  return hashWord(one, other);
};

/** Entries one behind the other: of each key five values, namely the key, its value as text, and three numbers. */
export type TextEntries = readonly (Bytes | number)[];

/** Values of `TextEntries` a key. */
export const textEntryWidth = 5;

/** Bytes of the value of an entry. */
export const textLengthAt = (entries: TextEntries, index: number): number =>
  (entries[index * textEntryWidth + 1] as Bytes).length;

/** The values of the entries from one index up to another, packed at once: one array for all bytes, and one for all numbers. */
export const packedTexts = (entries: TextEntries, from: number, to: number): LeafValues => {
  let length = 0;
  for (let index = from; index < to; index++) length += textLengthAt(entries, index);
  const base = new Uint8Array(length);
  const slots: number[] = [];
  let used = 0;
  for (let at = from * textEntryWidth; at < to * textEntryWidth; at += textEntryWidth) {
    const text = entries[at + 1] as Bytes;
    const behind = used + text.length;
    assert(writeLatin1(text, base, used), "a value is bytes");
    slots.push(used, text.length, entries[at + 2] as number, entries[at + 3] as number, entries[at + 4] as number);
    slots.push(hashBytes(base, used, behind));
    used = behind;
  }
  // An array that grew has room for more.
  return { slots: slots.slice(), base, fresh: nothing, used: 0 };
};

/** Values in an array of their own with room for more, one behind the other. */
const packed = (values: LeafValues, from: number, to: number, room: number): OwnValues => {
  const slots = values.slots.slice(from * slotWidth, to * slotWidth);
  const { base } = values;
  let length = room;
  for (let at = lengthField; at < slots.length; at += slotWidth) length += slots[at]!;
  const fresh = length === 0 ? nothing : new Uint8Array(length);
  let used = 0;
  for (let at = 0; at < slots.length; at += slotWidth) {
    const [start, bytes] = [slots[at]!, slots[at + lengthField]!];
    const [source, begin] = start < base.length ? [base, start] : [values.fresh, start - base.length];
    fresh.set(source.subarray(begin, begin + bytes), used);
    slots[at] = used;
    used += bytes;
  }
  return { slots, base: nothing, fresh, used };
};

/** The values for a snapshot: the arrays that are there, unless much of them is what was written over or is still free. */
export const withoutWaste = (values: LeafValues): LeafValues => {
  const { slots, base, fresh } = values;
  const isFull = 3 * (base.length + fresh.length) <= 4 * bytesIn(values);
  return isFull ? values : packed(values, 0, slots.length / slotWidth, 0);
};

/** The values from one index up to another, in arrays of their own. */
export const valuesWithin = (values: LeafValues, from: number, to: number): OwnValues => packed(values, from, to, 0);

/** The values but for those from one index up to another, in arrays of their own. */
export const valuesWithout = (values: LeafValues, from: number, to: number): OwnValues => {
  const { slots, base, fresh, used } = values;
  const left = slots.toSpliced(from * slotWidth, (to - from) * slotWidth);
  return packed({ slots: left, base, fresh, used }, 0, left.length / slotWidth, 0);
};

/** The values of two leaves, one behind the other. */
export const joinedValues = (left: LeafValues, right: LeafValues): OwnValues => {
  const one = packed(left, 0, left.slots.length / slotWidth, bytesIn(right));
  const other = packed(right, 0, right.slots.length / slotWidth, 0);
  one.fresh.set(other.fresh, one.used);
  for (let at = 0; at < other.slots.length; at += slotWidth) other.slots[at]! += one.used;
  one.slots.push(...other.slots);
  one.used += other.used;
  return one;
};

/** Values for another edition: bytes that are there stay where they are. */
export const copyValues = (values: LeafValues): OwnValues => {
  const { slots, base, fresh, used } = values;
  if (used === 0) return { slots: slots.slice(), base, fresh: nothing, used: 0 };
  if (base.length === 0) return { slots: slots.slice(), base: fresh, fresh: nothing, used: 0 };
  const { slots: own, fresh: all } = packed(values, 0, slots.length / slotWidth, 0);
  return { slots: own, base: all, fresh: nothing, used: 0 };
};

/** Makes room for so many more bytes behind what this edition wrote. */
const makeRoom = (own: OwnValues, length: number): void => {
  const live = bytesIn(own);
  if (own.base.length > 0 && own.used + length <= live >>> 1) {
    const fresh = new Uint8Array(Math.min(live >>> 1, Math.max(own.used * 2, length * 4)));
    fresh.set(own.fresh.subarray(0, own.used));
    own.fresh = fresh;
    return;
  }
  const all = packed(own, 0, own.slots.length / slotWidth, Math.max(length, Math.min(length * 8, live >>> 1)));
  own.slots = all.slots;
  own.base = nothing;
  own.fresh = all.fresh;
  own.used = all.used;
};

/** Puts a value in a slot that is there. */
export const setValue = (
  own: OwnValues,
  index: number,
  value: Bytes | Uint8Array,
  createRevision: number,
  modRevision: number,
  version: number,
): void => {
  const bytes = typeof value === "string" ? arrayOf(value) : value;
  const slot = index * slotWidth;
  const { length } = bytes;
  const fits = own.slots[slot]! >= own.base.length && own.slots[slot + lengthField]! >= length;
  if (!fits) {
    // What was there is not carried over.
    own.slots[slot + lengthField] = 0;
    if (own.used + length > own.fresh.length) makeRoom(own, length);
    own.slots[slot] = own.base.length + own.used;
    own.used += length;
  }
  const { slots } = own;
  slots[slot + lengthField] = length;
  slots[slot + createField] = createRevision;
  slots[slot + modField] = modRevision;
  slots[slot + versionField] = version;
  slots[slot + hashField] = hashBytes(bytes, 0, length);
  own.fresh.set(bytes, slots[slot]! - own.base.length);
};

/** Puts a value between others. */
export const insertValue = (
  own: OwnValues,
  index: number,
  value: Bytes | Uint8Array,
  createRevision: number,
  modRevision: number,
  version: number,
): void => {
  own.slots.splice(index * slotWidth, 0, 0, 0, 0, 0, 0, 0);
  setValue(own, index, value, createRevision, modRevision, version);
};
