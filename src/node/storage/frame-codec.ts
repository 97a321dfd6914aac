import { type EncodeTarget, encodeInto } from "../../model/index.ts";

/*
 * The body of a batch: operations one behind the other. An operation is a byte, then varints; a value has its length in
 * four bytes before it. Paths and names are said once a segment and numbered in the order in which they are said, so that
 * most operations take a few bytes beside the value. Where one frame ends is not said: a batch is whole or cut.
 */

const opDefine = 1;
const opSet = 2;
const opAppend = 3;
const opCutFrom = 4;
const opCutBefore = 5;
const opForget = 6;
const opTrim = 7;

const varintBytesMax = 8;
const compact = { compact: true } as const;
const lengthBytes = 4;

const reserve = (target: EncodeTarget, count: number): void => {
  const needed = target.at + count;
  if (needed <= target.bytes.length) return;
  const wider = new Uint8Array(Math.max(needed, 2 * target.bytes.length));
  wider.set(target.bytes.subarray(0, target.at));
  target.bytes = wider;
};

const putVarint = (target: EncodeTarget, value: number): void => {
  reserve(target, varintBytesMax);
  let rest = value;
  while (rest >= 0x80) {
    target.bytes[target.at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  target.bytes[target.at++] = rest;
};

const putOp = (target: EncodeTarget, op: number, slot: number): void => {
  reserve(target, 1);
  target.bytes[target.at++] = op;
  putVarint(target, slot);
};

/** A value with its length before it; returns how many bytes it took. */
const putValue = (target: EncodeTarget, value: unknown, name: string): number => {
  reserve(target, lengthBytes);
  const start = target.at;
  target.at += lengthBytes;
  encodeInto(target, value, name, compact);
  const length = target.at - start - lengthBytes;
  const { bytes } = target;
  bytes[start] = length;
  bytes[start + 1] = length >>> 8;
  bytes[start + 2] = length >>> 16;
  bytes[start + 3] = length >>> 24;
  return target.at - start;
};

/** Gives the next free number of this segment to a record or log. */
export const putDefine = (target: EncodeTarget, path: string, name: string): void => {
  reserve(target, 1);
  target.bytes[target.at++] = opDefine;
  putValue(target, [path, name], "path");
};

/** A record gets a value; returns the bytes that the value takes. */
export const putSet = (target: EncodeTarget, slot: number, value: unknown): number => {
  putOp(target, opSet, slot);
  return putValue(target, value, "record");
};

/** The entry of a log at an index; returns the bytes that the value takes. */
export const putAppend = (target: EncodeTarget, slot: number, index: number, value: unknown): number => {
  putOp(target, opAppend, slot);
  putVarint(target, index);
  return putValue(target, value, "entry");
};

/** A log loses the entries from an index on. */
export const putCutFrom = (target: EncodeTarget, slot: number, index: number): void => {
  putOp(target, opCutFrom, slot);
  putVarint(target, index);
};

/** A log loses the entries before an index, which becomes its first. */
export const putCutBefore = (target: EncodeTarget, slot: number, index: number): void => {
  putOp(target, opCutBefore, slot);
  putVarint(target, index);
};

/** Everything at the path of this record or log is gone. */
export const putForget = (target: EncodeTarget, slot: number): void => putOp(target, opForget, slot);

/** Segments before this one are not needed any more. */
export const putTrim = (target: EncodeTarget, sequence: number): void => putOp(target, opTrim, sequence);

const lengthAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;

/** The length of the value that begins at `at`, of an operation that was read. */
export const valueLengthBefore = (bytes: Uint8Array, at: number): number => lengthAt(bytes, at - lengthBytes);

/** Hears the operations of a batch in order. Values are named by where they lie, and not looked at. */
export interface OperationSink {
  define(bytes: Uint8Array, at: number, length: number): void;
  set(slot: number, at: number, length: number): void;
  append(slot: number, index: number, at: number, length: number): void;
  cutFrom(slot: number, index: number): void;
  cutBefore(slot: number, index: number): void;
  forget(slot: number): void;
  trim(sequence: number): void;
}

class BodyReader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  byte(): number {
    if (this.at >= this.end) throw new RangeError("it ends too early");
    return this.bytes[this.at++]!;
  }

  varint(): number {
    let value = 0;
    let unit = 1;
    for (let count = 0; count < varintBytesMax; count++) {
      const byte = this.byte();
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      unit *= 0x80;
    }
    throw new RangeError("a number beyond 2^53-1");
  }

  /** The length of the value that follows; it lies behind `at`. */
  value(): number {
    const { bytes, at } = this;
    if (at + lengthBytes > this.end) throw new RangeError("it ends too early");
    const length = lengthAt(bytes, at);
    this.at += lengthBytes;
    if (length > this.end - this.at) throw new RangeError(`a value of ${length} bytes`);
    return length;
  }
}

const readOperation = (reader: BodyReader, sink: OperationSink): void => {
  const op = reader.byte();
  const slot = op === opDefine ? 0 : reader.varint();
  if (op === opAppend || op === opCutFrom || op === opCutBefore) {
    const index = reader.varint();
    if (op === opCutFrom) return sink.cutFrom(slot, index);
    if (op === opCutBefore) return sink.cutBefore(slot, index);
    const length = reader.value();
    sink.append(slot, index, reader.at, length);
    reader.at += length;
  } else if (op === opDefine || op === opSet) {
    const length = reader.value();
    if (op === opSet) sink.set(slot, reader.at, length);
    else sink.define(reader.bytes, reader.at, length);
    reader.at += length;
  } else if (op === opForget) sink.forget(slot);
  else if (op === opTrim) sink.trim(slot);
  else throw new RangeError(`no operation ${op}`);
};

/**
 * Hands the operations of a batch to `sink`.
 *
 * @throws RangeError for bytes that this version does not write, and whatever the sink throws.
 */
export const readBody = (bytes: Uint8Array, from: number, to: number, sink: OperationSink): void => {
  const reader = new BodyReader(bytes, from, to);
  while (reader.at < to) readOperation(reader, sink);
};
