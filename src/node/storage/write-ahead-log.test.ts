import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { applyFrame, copyImage, type DiskImage, type Frame, type Write } from "../../model/index.ts";
import { DiskFullError, LogCorruptError, StorageFailedError } from "../errors.ts";
import { MemoryFiles } from "./testing/memory-files.ts";
import { WriteAheadLog, type WriteAheadLogOptions } from "./write-ahead-log.ts";

const directory = "log";
const first = `${directory}/0000000000000001.wal`;

interface Opened {
  readonly log: WriteAheadLog;
  durable: number;
  failure: Error | null;
  spaceLow: Error | null;
  torn: number;
}

const openOn = async (files: MemoryFiles, options: Partial<WriteAheadLogOptions> = {}): Promise<Opened> => {
  const opened: { -readonly [K in keyof Opened]: Opened[K] } = {
    log: undefined as unknown as WriteAheadLog,
    durable: 0,
    failure: null,
    spaceLow: null,
    torn: 0,
  };
  opened.log = await WriteAheadLog.open({
    directory,
    files,
    segmentBytes: 4_096,
    onDurable: (position) => {
      opened.durable = position;
    },
    onFailure: (error) => {
      opened.failure = error;
    },
    onSpaceLow: (error) => {
      opened.spaceLow = error;
    },
    onTornTail: (_file, bytes) => {
      opened.torn = bytes;
    },
    ...options,
  });
  return opened;
};

/** What a machine does: its image first, then the log. */
const write = (log: WriteAheadLog, frame: Frame, position: number): void => {
  applyFrame(log.image, frame);
  log.write(frame, position);
};

const contentOf = (image: DiskImage): unknown =>
  [...image]
    .map(([path, { records, logs }]) => [
      path,
      [...records].sort(),
      [...logs].map(([name, { first, entries }]) => [name, first, entries]).sort(),
    ])
    .filter(([, records, logs]) => records!.length + logs!.length > 0)
    .sort();

const turns = async (count = 20): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
};

const set = (name: string, value: unknown, path = "raft"): Write => ({ kind: "set", path, name, value });
const append = (value: unknown, path = "raft"): Write => ({ kind: "append", path, name: "log", value });

/** Six batches, one a frame; `images[k]` is what the first k amount to. */
const sixBatches = async (close: boolean): Promise<{ files: MemoryFiles; images: DiskImage[]; ends: number[] }> => {
  const files = new MemoryFiles();
  const { log } = await openOn(files);
  const images = [copyImage(log.image)];
  const ends = [log.size.bytes];
  for (let k = 1; k <= 6; k++) {
    write(log, [set("term", k), append({ k, body: "x".repeat(k) })], k);
    log.flush();
    await turns(3);
    images.push(copyImage(log.image));
    ends.push(log.size.bytes);
  }
  if (close) await log.close();
  else await log.abandon();
  return { files, images, ends };
};

describe("the write-ahead log", () => {
  it("gives back what was written, over records, logs, cuts and forgotten paths", async () => {
    const files = new MemoryFiles();
    const { log } = await openOn(files);
    write(log, [set("vote", 3), append("a"), append("b"), append("c"), set("x", 1, "slot[4]")], 1);
    write(log, [{ kind: "cut-from", path: "raft", name: "log", index: 2 }, append("d")], 2);
    write(log, [{ kind: "cut-before", path: "raft", name: "log", index: 1 }], 3);
    write(log, [{ kind: "forget", path: "slot[4]" }], 4);
    await log.close();
    const again = await openOn(files);
    expect(again.log.image.get("raft")?.logs.get("log")).toEqual({ first: 1, entries: ["b", "d"] });
    expect(again.log.image.get("raft")?.records.get("vote")).toBe(3);
    expect(again.log.image.has("slot[4]")).toBe(false);
  });

  it("puts all that waits while a sync runs into one batch", async () => {
    const files = new MemoryFiles();
    const opened = await openOn(files);
    let release = (): void => {};
    files.before = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    write(opened.log, [set("n", 0)], 1);
    opened.log.flush();
    await turns();
    for (let position = 2; position <= 500; position++) {
      write(opened.log, [set("n", position)], position);
      opened.log.flush();
    }
    await turns();
    expect(opened.durable).toBe(0);
    expect(opened.log.pendingMs).toBeGreaterThan(0);
    files.before = async () => {};
    release();
    await turns();
    expect(opened.durable).toBe(1);
    opened.log.flush();
    await turns();
    expect(opened.durable).toBe(500);
    expect(opened.log.counts.syncs).toBe(2);
  });

  it("frees segments, says again what is still needed of them, and begins again from what is left", async () => {
    const files = new MemoryFiles();
    let { log } = await openOn(files);
    const draw = drawing(7);
    write(log, [set("identity", "kept for ever"), { kind: "cut-before", path: "empty", name: "log", index: 9 }], 1);
    for (let position = 2; position < 3_000; position++) {
      const frame: Write[] = [append({ position, body: "y".repeat(draw(60)) }), set(`r${draw(20)}`, position)];
      const kept = log.image.get("raft")?.logs.get("log");
      const end = (kept?.first ?? 0) + (kept?.entries.length ?? 0);
      if (draw(40) === 0) frame.unshift({ kind: "cut-before", path: "raft", name: "log", index: end - draw(20) });
      else if (draw(30) === 0)
        frame.unshift({
          kind: "cut-from",
          path: "raft",
          name: "log",
          index: Math.max(kept?.first ?? 0, end - draw(5)),
        });
      if (draw(30) === 0) frame.push(set("promised", position, `slot[${draw(3)}]`));
      if (draw(60) === 0) frame.push({ kind: "forget", path: `slot[${draw(3)}]` });
      write(log, frame, position);
      if (draw(4) === 0) {
        log.flush();
        await turns(1);
      }
      if (draw(300) === 0) {
        const expected = contentOf(log.image);
        await log.close();
        ({ log } = await openOn(files));
        expect(contentOf(log.image)).toEqual(expected);
      }
    }
    const { bytes, live, segments } = log.size;
    expect(bytes).toBeLessThan(2 * live + 4 * 4_096);
    expect(segments).toBeLessThan(8);
    expect(files.contents.has(first)).toBe(false);
    expect(log.image.get("raft")?.records.get("identity")).toBe("kept for ever");
    const expected = contentOf(log.image);
    await log.close();
    expect(contentOf((await openOn(files)).log.image)).toEqual(expected);
  });

  it("refuses to start without a segment that is still needed", async () => {
    const files = new MemoryFiles();
    const { log } = await openOn(files, { segmentBytes: 1_024 });
    for (let position = 1; position < 200; position++) {
      write(log, [append("z".repeat(100))], position);
      log.flush();
      await turns(1);
    }
    await log.close();
    const names = [...files.contents.keys()].sort();
    expect(names.length).toBeGreaterThan(4);
    for (const gone of [names[0]!, names[2]!]) {
      const without = files.copy();
      without.contents.delete(gone);
      await expect(openOn(without)).rejects.toBeInstanceOf(LogCorruptError);
    }
  });

  it("cut at any byte: the batches that are whole are there, and the log goes on", async () => {
    const { files, images, ends } = await sixBatches(false);
    const { bytes } = files.contents.get(first)!;
    for (let length = 64; length <= ends[6]!; length++) {
      const cut = files.copy();
      cut.contents.get(first)!.bytes = bytes.slice(0, length);
      const opened = await openOn(cut);
      const whole = ends.findLastIndex((end) => end <= length);
      // The zeros that align a batch are no part of it.
      const known = contentOf(opened.log.image);
      const expected = [whole, whole + 1]
        .filter((k) => k <= 6 && ends[k]! < length + 8)
        .map((k) => contentOf(images[k]!));
      expect(expected).toContainEqual(known);
      write(opened.log, [set("after", length)], 1);
      await opened.log.close();
      expect((await openOn(cut)).log.image.get("raft")?.records.get("after")).toBe(length);
    }
  });

  it.each([
    ["not closed", false],
    ["closed", true],
  ])(
    "a bit flipped at any byte is damage where a later batch vouches for it, else a torn tail: %s",
    async (_, close) => {
      const { files, images, ends } = await sixBatches(close);
      const { bytes } = files.contents.get(first)!;
      const seen = { refused: 0, cut: 0, harmless: 0 };
      const lastVouched = close ? 6 : 5;
      for (let at = 0; at < ends[6]!; at++) {
        const flipped = files.copy();
        flipped.contents.get(first)!.bytes = bytes.slice();
        flipped.contents.get(first)!.bytes[at]! ^= 1 << (at % 8);
        const opened = await openOn(flipped).catch((error: unknown) => error);
        if (opened instanceof LogCorruptError) {
          seen.refused++;
          expect(at).toBeLessThan(ends[lastVouched]!);
          expect(opened.message).toContain("Do not cut the file");
          continue;
        }
        const { log, torn } = opened as Opened;
        const k = images.findLastIndex(
          (image) => JSON.stringify(contentOf(image)) === JSON.stringify(contentOf(log.image)),
        );
        expect(k).toBeGreaterThanOrEqual(lastVouched === 6 ? 6 : 5);
        if (k === 6) seen.harmless++;
        else seen.cut++;
        if (k === 5) expect(torn).toBeGreaterThan(0);
      }
      // Only the zeros that align batches are nobody's.
      expect(seen.harmless).toBeLessThan(8 * 7);
      expect(seen.refused).toBeGreaterThan(200);
      expect(seen.cut > 0).toBe(!close);
    },
  );

  it.each([
    ["ENOSPC", DiskFullError],
    ["EIO", StorageFailedError],
  ])("a write that fails with %s ends the log with a typed error, and nothing after it counts", async (code, type) => {
    const files = new MemoryFiles();
    const opened = await openOn(files);
    write(opened.log, [set("n", 1)], 1);
    opened.log.flush();
    await turns();
    files.before = async () => {
      throw Object.assign(new Error(code), { code });
    };
    write(opened.log, [set("n", 2)], 2);
    opened.log.flush();
    await turns();
    expect(opened.failure).toBeInstanceOf(type);
    expect(opened.durable).toBe(1);
    files.before = async () => {};
    write(opened.log, [set("n", 3)], 3);
    opened.log.flush();
    await turns();
    await opened.log.close();
    expect(opened.durable).toBe(1);
    expect((await openOn(files)).log.image.get("raft")?.records.get("n")).toBe(1);
  });

  it("says that space is low while what is reserved still takes writes", async () => {
    const files = new MemoryFiles();
    let isFull = true;
    let backs = 0;
    const opened = await openOn(files, { onSpaceBack: () => void backs++ });
    files.before = async (what) => {
      if (what === "reserve" && isFull) throw new DiskFullError("full");
    };
    for (let position = 1; position < 20; position++) {
      write(opened.log, [set("n", "x".repeat(150))], position);
      opened.log.flush();
      await turns(2);
    }
    expect(opened.spaceLow).toBeInstanceOf(DiskFullError);
    expect(opened.failure).toBeNull();
    expect(opened.durable).toBe(19);
    // It asks again by itself: whoever heard that space is low may write nothing until it is back.
    expect(backs).toBe(0);
    isFull = false;
    for (let tries = 0; tries < 300 && backs === 0; tries++) await sleep(10);
    expect(backs).toBe(1);
  });
});

/** Small numbers from a seed. */
function drawing(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}
