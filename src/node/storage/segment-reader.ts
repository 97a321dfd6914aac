import { crc32 } from "node:zlib";
import { PlainDataError } from "../../model/index.ts";
import { LogCorruptError } from "../errors.ts";
import { type OperationSink, readBody } from "./frame-codec.ts";
import {
  aligned,
  type BatchHeader,
  batchHeaderBytes,
  readBatchHeader,
  readSegmentHeader,
  type SegmentHeader,
  seedOf,
  segmentHeaderBytes,
  syncedBehind,
} from "./log-format.ts";

/** A segment as it lies on disk. */
export interface SegmentFile {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** Hears a segment from its beginning. */
export interface SegmentSink extends OperationSink {
  /** Another segment begins: its numbers for paths are its own. */
  segment(sequence: number): void;
  /** The bytes in which the operations to come point. */
  source(bytes: Uint8Array): void;
  /** A whole batch, before its operations. */
  batch?(header: BatchHeader): void;
}

/** What reading a segment came to. */
export interface SegmentEnd {
  readonly header: SegmentHeader;
  /** Where the next batch goes. */
  readonly end: number;
  /** Header checksum of the last batch. */
  readonly chain: number;
  /** Bytes of an unfinished write behind `end`; 0 where there is none. */
  readonly torn: number;
}

/** The batch at `offset`, if it is whole and follows the one before. */
const batchAt = (
  bytes: Uint8Array,
  offset: number,
  header: SegmentHeader,
  seed: number,
  chain: number,
): BatchHeader | null => {
  const batch = readBatchHeader(bytes, offset, header, seed);
  if (batch === null || batch.chain !== chain) return null;
  const start = offset + batchHeaderBytes;
  if (batch.bodyBytes > bytes.length - start) return null;
  return crc32(bytes.subarray(start, start + batch.bodyBytes)) === batch.bodyChecksum ? batch : null;
};

/** How many bytes from `from` on there are until only zeros follow. */
const writtenFrom = (bytes: Uint8Array, from: number): number => {
  let end = bytes.length;
  while (end > from && bytes[end - 1] === 0) end--;
  return end - from;
};

const headerOf = ({ file, bytes }: SegmentFile, before: SegmentEnd | null): SegmentHeader => {
  const header = readSegmentHeader(bytes);
  if (typeof header === "string") throw new LogCorruptError(file, 0, header);
  if (before === null) return header;
  if (header.sequence !== before.header.sequence + 1)
    throw new LogCorruptError(
      file,
      0,
      `the segments between ${before.header.sequence} and ${header.sequence} are gone`,
    );
  if (header.chain !== before.chain || header.base !== before.header.base + header.previousEnd)
    throw new LogCorruptError(file, 0, "it does not follow the segment before");
  return header;
};

/**
 * Hands the whole batches of a segment to `sink`. What ends them is the end of the log, an unfinished write, or damage:
 * bytes that some later batch, or the next segment, says had been synced. A damaged last batch looks like an unfinished
 * one: nothing written later vouches for it.
 *
 * @throws LogCorruptError for damage.
 */
export const readSegment = (
  segment: SegmentFile,
  before: SegmentEnd | null,
  next: SegmentHeader | null,
  sink: SegmentSink,
): SegmentEnd => {
  const { file, bytes } = segment;
  const header = headerOf(segment, before);
  const seed = seedOf(header.salt);
  let { chain } = header;
  let end = segmentHeaderBytes;
  sink.segment(header.sequence);
  sink.trim(header.firstNeeded);
  sink.source(bytes);
  for (let batch = batchAt(bytes, end, header, seed, chain); batch !== null; ) {
    const start = end + batchHeaderBytes;
    sink.batch?.(batch);
    try {
      readBody(bytes, start, start + batch.bodyBytes, sink);
    } catch (cause) {
      if (!(cause instanceof RangeError || cause instanceof PlainDataError)) throw cause;
      throw new LogCorruptError(
        file,
        end,
        `the checksum of a batch is right and its content is not (${cause.message})`,
      );
    }
    chain = batch.checksum;
    end = aligned(start + batch.bodyBytes);
    batch = batchAt(bytes, end, header, seed, chain);
  }
  return endOf(segment, { header, end, chain, torn: 0 }, next);
};

const endOf = ({ file, bytes }: SegmentFile, found: SegmentEnd, next: SegmentHeader | null): SegmentEnd => {
  const { header, end } = found;
  if (next !== null) {
    if (end !== next.previousEnd) throw new LogCorruptError(file, end, "a batch is damaged");
    return found;
  }
  if (syncedBehind(bytes, end, header, seedOf(header.salt)) > header.base + end)
    throw new LogCorruptError(file, end, "a batch is damaged, and later ones say that it had been synced");
  return { header, end, chain: found.chain, torn: writtenFrom(bytes, end) };
};
