import { decodeWithin, type EncodeTarget, encodeInto, type NodeId, PlainDataError } from "../../model/index.ts";
import { FrameError, type RefusalReason } from "../errors.ts";
import { frameLengthBytes } from "./frame-cutter.ts";

/*
 * Each frame has its length in four bytes before it, low byte first. The first one each way is a hello, or a refusal and
 * the end, in the plain format that every version reads, so that another version is told why. Behind it a frame is empty (a sign of life) or a message: channel and keys as varints, then the body as plain
 * data in the compact format. Channels are numbered as in the sender's hello.
 */

/** Bumped when peers of the version before could not be understood. */
export const wireProtocol = 2;
/** Bytes of a hello: all that a connection may send before it is known. */
export const helloBytesMax = 65_536;
/** Channels of one stack. */
const channelsMax = 1_024;
/** No stack has this channel: on it an end that opened a connection says why it does not go on. */
const refusalChannel = channelsMax;
/** Families inside one another. */
const keysMax = 16;
const varintBytesMax = 8;
const compact = { compact: true } as const;

/** The first frame of a connection. */
export interface Hello {
  readonly kind: "hello";
  readonly protocol: number;
  readonly cluster: string;
  readonly from: NodeId;
  readonly to: NodeId;
  /** Of the directory of `from`. */
  readonly directory: string;
  readonly session: number;
  readonly channels: readonly string[];
}

/** The answer to a hello that was not taken; the connection ends. */
export interface Refusal {
  readonly kind: "refused";
  readonly reason: RefusalReason;
  readonly message: string;
}

/** A message as it came. */
export interface WireMessage {
  /** By the sender's numbers. */
  readonly channel: number;
  readonly keys: readonly number[] | null;
  readonly body: unknown;
}

const putVarint = (target: EncodeTarget, value: number): void => {
  if (target.at + varintBytesMax > target.bytes.length) widen(target, varintBytesMax);
  let rest = value;
  while (rest >= 0x80) {
    target.bytes[target.at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  target.bytes[target.at++] = rest;
};

const widen = (target: EncodeTarget, count: number): void => {
  const wider = new Uint8Array(Math.max(target.at + count, 2 * target.bytes.length));
  wider.set(target.bytes.subarray(0, target.at));
  target.bytes = wider;
};

const framed = (target: EncodeTarget, put: () => void): void => {
  const start = target.at;
  if (start + frameLengthBytes > target.bytes.length) widen(target, frameLengthBytes);
  target.at += frameLengthBytes;
  try {
    put();
  } catch (error) {
    target.at = start;
    throw error;
  }
  const length = target.at - start - frameLengthBytes;
  const { bytes } = target;
  bytes[start] = length;
  bytes[start + 1] = length >>> 8;
  bytes[start + 2] = length >>> 16;
  bytes[start + 3] = length >>> 24;
};

/** Puts a message behind the others that wait for a peer. @throws PlainDataError for a body that is not plain data. */
export const putMessage = (
  target: EncodeTarget,
  channel: number,
  keys: readonly number[] | null,
  body: unknown,
): void =>
  framed(target, () => {
    putVarint(target, channel);
    putVarint(target, keys === null ? 0 : keys.length);
    if (keys !== null) for (const key of keys) putVarint(target, key);
    encodeInto(target, body, "message", compact);
  });

/** A frame without content. */
export const signOfLife: Uint8Array = new Uint8Array(frameLengthBytes);

/** A hello or a refusal as a frame. */
export const greetingOf = (greeting: Hello | Refusal): Uint8Array => {
  const target: EncodeTarget = { bytes: new Uint8Array(1_024), at: 0 };
  framed(target, () => encodeInto(target, greeting, "hello"));
  return target.bytes.slice(0, target.at);
};

/**
 * A refusal for an end that has taken the hello and believes that the session is open. A release that does not know it
 * drops it as a message for a channel that nobody has.
 */
export const lateRefusalOf = (refusal: Refusal): Uint8Array => {
  const target: EncodeTarget = { bytes: new Uint8Array(1_024), at: 0 };
  putMessage(target, refusalChannel, null, refusal);
  return target.bytes.slice(0, target.at);
};

/** The refusal in a message, if it is one. */
export const lateRefusalIn = ({ channel, body }: WireMessage): Refusal | null =>
  channel === refusalChannel ? refusalIn(body) : null;

let at = 0;

const takeVarint = (bytes: Uint8Array, to: number): number => {
  let value = 0;
  let unit = 1;
  for (let count = 0; count < varintBytesMax; count++) {
    if (at >= to) throw new FrameError("a message ends in its head");
    const byte = bytes[at++]!;
    value += (byte & 0x7f) * unit;
    if (byte < 0x80) {
      if (value > Number.MAX_SAFE_INTEGER) break;
      return value;
    }
    unit *= 0x80;
  }
  throw new FrameError("a message with a number beyond 2^53-1");
};

const decoded = (bytes: Uint8Array, from: number, to: number): unknown => {
  try {
    // A copy: what stays of a message would else keep all that came with it in memory.
    return decodeWithin(bytes, from, to);
  } catch (cause) {
    if (!(cause instanceof PlainDataError)) throw cause;
    throw new FrameError(`a frame that is not plain data: ${cause.message}`, { cause });
  }
};

/** @throws FrameError for bytes that `putMessage` does not write. */
export const readMessage = (bytes: Uint8Array, from: number, to: number): WireMessage => {
  at = from;
  const channel = takeVarint(bytes, to);
  const count = takeVarint(bytes, to);
  if (count > keysMax) throw new FrameError(`a message with ${count} keys`);
  let keys: number[] | null = null;
  if (count > 0) {
    keys = [];
    for (let key = 0; key < count; key++) keys.push(takeVarint(bytes, to));
  }
  return { channel, keys, body: decoded(bytes, at, to) };
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isName = (value: unknown): value is string => typeof value === "string" && value.length <= 256;

const isHello = (value: { readonly [field: string]: unknown }): boolean =>
  isCount(value["protocol"]) &&
  isName(value["cluster"]) &&
  isCount(value["from"]) &&
  isCount(value["to"]) &&
  isName(value["directory"]) &&
  isCount(value["session"]) &&
  Array.isArray(value["channels"]) &&
  value["channels"].length <= channelsMax &&
  value["channels"].every(isName);

const refusalIn = (value: unknown): Refusal | null => {
  if (typeof value !== "object" || value === null) return null;
  const { kind, reason, message } = value as { readonly [field: string]: unknown };
  if (kind !== "refused" || !isName(reason) || typeof message !== "string") return null;
  return { kind, reason: reason as RefusalReason, message: message.slice(0, 512) };
};

/** @throws FrameError for bytes that are neither a hello nor a refusal. */
export const readGreeting = (bytes: Uint8Array, from: number, to: number): Hello | Refusal => {
  const value = decoded(bytes, from, to);
  const refusal = refusalIn(value);
  if (refusal !== null) return refusal;
  if (typeof value === "object" && value !== null) {
    const greeting = value as { readonly [field: string]: unknown };
    if (greeting["kind"] === "hello" && isHello(greeting)) return value as Hello;
  }
  throw new FrameError("the first frame of a connection is no hello");
};
