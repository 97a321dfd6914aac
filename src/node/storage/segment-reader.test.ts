import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { drawing } from "../../../test/support/drawing.ts";
import { withoutStackTraces } from "../../../test/support/without-stack-traces.ts";
import { applyFrame, encode } from "../../model/index.ts";
import { LogCorruptError } from "../errors.ts";
import { aligned, batchHeaderBytes, readSegmentHeader, type SegmentHeader, sealBatch, seedOf } from "./log-format.ts";
import { Replay } from "./replay.ts";
import { readSegment } from "./segment-reader.ts";
import { MemoryFiles } from "./testing/memory-files.ts";
import { WriteAheadLog } from "./write-ahead-log.ts";

const file = "log/0000000000000001.wal";
const mutations = 100_000;

withoutStackTraces();

/** A log of three batches, and the images that its beginnings amount to. */
const threeBatches = async (): Promise<{ bytes: Uint8Array; end: number; images: readonly string[] }> => {
  const files = new MemoryFiles();
  const log = await WriteAheadLog.open({
    directory: "log",
    files,
    segmentBytes: 1_024,
    onDurable: () => {},
    onFailure: (error) => {
      throw error;
    },
  });
  const images = [Buffer.from(encode(log.image)).toString("latin1")];
  for (let k = 0; k < 3; k++) {
    const frame = [
      { kind: "set", path: "p", name: "r", value: k } as const,
      { kind: "append", path: "p", name: "l", value: `entry ${k}` } as const,
    ];
    applyFrame(log.image, frame);
    await log.writeDurably(frame);
    images.push(Buffer.from(encode(log.image)).toString("latin1"));
  }
  const end = log.size.bytes;
  await log.abandon();
  return { bytes: files.contents.get(file)!.bytes, end, images };
};

const imageOf = (bytes: Uint8Array): string => {
  const replay = new Replay();
  readSegment({ file, bytes }, null, null, replay);
  return Buffer.from(encode(replay.image())).toString("latin1");
};

/** What became of damaged bytes: how many batches were read, or that they were refused. */
const fateOf = (bytes: Uint8Array, images: readonly string[]): number | "refused" => {
  try {
    const batches = images.indexOf(imageOf(bytes));
    if (batches < 0) throw new Error("what was read was never written");
    return batches;
  } catch (error) {
    if (!(error instanceof LogCorruptError)) throw error;
    return "refused";
  }
};

describe("the reader of segments", () => {
  it(`takes ${mutations} damaged logs for damage or for the beginning of the log, and for nothing else`, async () => {
    const { bytes, end, images } = await threeBatches();
    const draw = drawing(1);
    const fates = new Map<number | "refused", number>();
    for (let round = 0; round < mutations; round++) {
      const damaged = bytes.slice(0, draw(8) === 0 ? draw(bytes.length) : bytes.length);
      for (let count = draw(3); count >= 0; count--) damaged[draw(end)] = draw(256);
      if (draw(6) === 0) damaged.copyWithin(draw(end), draw(end), draw(end));
      const fate = fateOf(damaged, images);
      fates.set(fate, (fates.get(fate) ?? 0) + 1);
    }
    // A log that was cut may be any beginning; most of the time later batches are there and say that it is damage.
    for (const batches of [0, 1, 2, 3]) expect(fates.get(batches)).toBeGreaterThan(100);
    expect(fates.get("refused")).toBeGreaterThan(mutations / 2);
  });

  it(`takes ${mutations} bodies with a right checksum and wrong content for damage, or for what they say`, async () => {
    const { bytes, end } = await threeBatches();
    const header = readSegmentHeader(bytes) as SegmentHeader;
    const start = 64;
    const draw = drawing(2);
    let refused = 0;
    const body = bytes.slice(start + batchHeaderBytes, end);
    for (let round = 0; round < mutations; round++) {
      const length = 1 + draw(60);
      const damaged = new Uint8Array(aligned(start + batchHeaderBytes + length));
      damaged.set(bytes.subarray(0, start));
      const batch = damaged.subarray(start, start + batchHeaderBytes + length);
      batch.set(body.subarray(0, length), batchHeaderBytes);
      for (let count = draw(4); count > 0; count--) batch[batchHeaderBytes + draw(length)] = draw(256);
      const position = header.base + start;
      sealBatch(batch, { frames: 1, chain: 0, position, synced: position }, seedOf(header.salt));
      try {
        const replay = new Replay();
        readSegment({ file, bytes: damaged }, null, null, replay);
        replay.image();
      } catch (error) {
        if (
          !(
            error instanceof LogCorruptError ||
            (error as Error).name === "PlainDataError" ||
            error instanceof RangeError
          )
        )
          throw error;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(mutations / 4);
    expect(refused).toBeLessThan(mutations);
  });

  it("refuses a header of a newer format by its number", async () => {
    const { bytes } = await threeBatches();
    const newer = bytes.slice();
    newer[8] = 9;
    const view = new DataView(newer.buffer);
    view.setUint32(56, crc32(newer.subarray(0, 56)), true);
    expect(() => imageOf(newer)).toThrow("format 9");
  });
});
