import type { Bytes } from "../machines/index.ts";

/** Arrays up to this size share a buffer, a slab of so many bytes: a buffer of its own takes five times as long. */
const sharedBytesMax = 1_024;
const slabBytes = 8_192;
/** From so many letters on the way to the platform pays. */
const longMin = 24;

let slab = new Uint8Array(slabBytes);
let used = 0;

const roomFor = (length: number): Uint8Array => {
  if (length > sharedBytesMax) return new Uint8Array(length);
  if (used + length > slabBytes) {
    slab = new Uint8Array(slabBytes);
    used = 0;
  }
  const room = new Uint8Array(slab.buffer, used, length);
  used += length;
  return room;
};

/** As `arrayOf` of the store, by the way that Node has. A small array is a part of a buffer that others have parts of too. */
export const arrayOf = (bytes: Bytes): Uint8Array => {
  const { length } = bytes;
  const array = roomFor(length);
  if (length >= longMin) Buffer.prototype.latin1Write.call(array, bytes, 0, length);
  else for (let at = 0; at < length; at++) array[at] = bytes.charCodeAt(at);
  return array;
};

/** The bytes as they are now, whatever becomes of the array: it may be a `Buffer` too. */
export const copyOf = (array: Uint8Array): Uint8Array => {
  const copy = roomFor(array.length);
  copy.set(array);
  return copy;
};

/** As `bytesOf` of the store, by the way that Node has. */
export const bytesOf = (array: Uint8Array): Bytes => Buffer.prototype.latin1Slice.call(array, 0, array.length);
