/*
 * The log is a row of segment files. A segment begins with a header of 64 bytes; batches follow, each at a multiple of 8.
 * A batch is what one write and one sync took: the frames of all steps that waited. It is the unit that has a length and
 * checksums, and after a crash it is whole or cut. Integers are little-endian.
 *
 *   segment   0 magic (8)   8 format   12 0   16 sequence (8)   24 base: position of byte 0 in the whole log (8)
 *            32 salt (8)   40 first segment that was still needed (8)   48 chain, 52 end of the segment before
 *            56 checksum of bytes 0–55   60 0
 *   batch     0 magic   4 body length   8 frames   12 chain: header checksum of the batch before
 *            16 position of this batch (8)   24 synced: the log was durable up to there when this was written (8)
 *            32 checksum of the body   36 checksum of bytes 0–35, seeded by the salt     40 body, zeros up to 8
 *
 * The salt is drawn for each segment, so that no value of a user can look like a batch of it.
 */
import { crc32 } from "node:zlib";

/** Of this format; newer ones are refused, older ones are read. */
export const logFormat = 1;
/** Bytes of the header of a segment. */
export const segmentHeaderBytes = 64;
/** Bytes of the header of a batch. */
export const batchHeaderBytes = 40;

const segmentMagicLow = 0x4c575551; // QUWL
const segmentMagicHigh = 0x31474553; // SEG1
const batchMagic = 0x42575551; // QUWB
const low32 = 0x1_0000_0000;

/** What a segment says of itself. */
export interface SegmentHeader {
  readonly sequence: number;
  /** Position of the segment's first byte in the whole log. */
  readonly base: number;
  readonly salt: number;
  /** Segments before this one were not needed any more. */
  readonly firstNeeded: number;
  /** Header checksum of the last batch of the segment before, and the byte at which that segment ended. */
  readonly chain: number;
  readonly previousEnd: number;
}

/** What a batch says of itself. */
export interface BatchHeader {
  readonly bodyBytes: number;
  readonly frames: number;
  readonly chain: number;
  readonly position: number;
  readonly synced: number;
  readonly bodyChecksum: number;
  /** Of this header: the chain of the next batch. */
  readonly checksum: number;
}

const putWide = (view: DataView, at: number, value: number): void => {
  view.setUint32(at, value % low32, true);
  view.setUint32(at + 4, Math.floor(value / low32), true);
};

const takeWide = (view: DataView, at: number): number =>
  view.getUint32(at, true) + view.getUint32(at + 4, true) * low32;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The next multiple of 8. */
export const aligned = (offset: number): number => Math.ceil(offset / 8) * 8;

/** The header as bytes. */
export const segmentHeaderOf = (header: SegmentHeader): Uint8Array => {
  const bytes = new Uint8Array(segmentHeaderBytes);
  const view = viewOf(bytes);
  view.setUint32(0, segmentMagicLow, true);
  view.setUint32(4, segmentMagicHigh, true);
  view.setUint32(8, logFormat, true);
  putWide(view, 16, header.sequence);
  putWide(view, 24, header.base);
  putWide(view, 32, header.salt);
  putWide(view, 40, header.firstNeeded);
  view.setUint32(48, header.chain, true);
  view.setUint32(52, header.previousEnd, true);
  view.setUint32(56, crc32(bytes.subarray(0, 56)), true);
  return bytes;
};

/** The header of a segment, or a sentence of what is wrong with it. */
export const readSegmentHeader = (bytes: Uint8Array): SegmentHeader | string => {
  if (bytes.length < segmentHeaderBytes) return "the file is shorter than its header";
  const view = viewOf(bytes);
  if (view.getUint32(0, true) !== segmentMagicLow || view.getUint32(4, true) !== segmentMagicHigh)
    return "this is no segment of a log";
  if (view.getUint32(56, true) !== crc32(bytes.subarray(0, 56)) || view.getUint32(60, true) !== 0)
    return "the header of the segment is damaged";
  const format = view.getUint32(8, true);
  if (format !== logFormat) return `the segment has format ${format}, this version reads ${logFormat}`;
  return {
    sequence: takeWide(view, 16),
    base: takeWide(view, 24),
    salt: takeWide(view, 32),
    firstNeeded: takeWide(view, 40),
    chain: view.getUint32(48, true),
    previousEnd: view.getUint32(52, true),
  };
};

const saltBytes = new Uint8Array(8);
const saltView = viewOf(saltBytes);

/** What the header checksums of a segment start from. */
export const seedOf = (salt: number): number => {
  putWide(saltView, 0, salt);
  return crc32(saltBytes);
};

/** Completes a batch whose body lies behind `batchHeaderBytes` in `bytes`; returns its header checksum. */
export const sealBatch = (
  bytes: Uint8Array,
  header: Omit<BatchHeader, "bodyBytes" | "bodyChecksum" | "checksum">,
  seed: number,
): number => {
  const view = viewOf(bytes);
  view.setUint32(0, batchMagic, true);
  view.setUint32(4, bytes.length - batchHeaderBytes, true);
  view.setUint32(8, header.frames, true);
  view.setUint32(12, header.chain, true);
  putWide(view, 16, header.position);
  putWide(view, 24, header.synced);
  view.setUint32(32, crc32(bytes.subarray(batchHeaderBytes)), true);
  const checksum = crc32(bytes.subarray(0, 36), seed);
  view.setUint32(36, checksum, true);
  return checksum;
};

/** The header of the batch at `offset`, or null where no batch of this segment starts. The body is not looked at. */
export const readBatchHeader = (
  bytes: Uint8Array,
  offset: number,
  { base }: SegmentHeader,
  seed: number,
): BatchHeader | null => {
  if (offset + batchHeaderBytes > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, batchHeaderBytes);
  if (view.getUint32(0, true) !== batchMagic || takeWide(view, 16) !== base + offset) return null;
  const checksum = view.getUint32(36, true);
  if (crc32(bytes.subarray(offset, offset + 36), seed) !== checksum) return null;
  return {
    bodyBytes: view.getUint32(4, true),
    frames: view.getUint32(8, true),
    chain: view.getUint32(12, true),
    position: base + offset,
    synced: takeWide(view, 24),
    bodyChecksum: view.getUint32(32, true),
    checksum,
  };
};

/** How far any batch from `from` on says that the log was synced; -1 where there is none. */
export const syncedBehind = (bytes: Uint8Array, from: number, segment: SegmentHeader, seed: number): number => {
  let synced = -1;
  for (let offset = aligned(from); offset + batchHeaderBytes <= bytes.length; offset += 8) {
    if (bytes[offset] !== (batchMagic & 0xff) || bytes[offset + 1] !== ((batchMagic >> 8) & 0xff)) continue;
    const header = readBatchHeader(bytes, offset, segment, seed);
    if (header !== null) synced = Math.max(synced, header.synced);
  }
  return synced;
};
