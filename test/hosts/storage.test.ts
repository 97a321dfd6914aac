import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  applyFrame,
  copyImage,
  type DiskImage,
  encode,
  type Frame,
  type Storage,
  type Write,
} from "../../src/model/index.ts";
import { type Files, holdingFiles, nodeFiles } from "../../src/node/index.ts";
import { WriteAheadLog } from "../../src/node/storage/write-ahead-log.ts";
import { SimulatedDisk } from "../../src/simulate/simulated-disk.ts";
import { drawing } from "../support/drawing.ts";

/** One storage between two crashes. */
interface Life {
  readonly storage: Storage;
  /** Lets syncs go on for a while; the position that is durable now. */
  readonly durable: () => Promise<number>;
  readonly crash: () => Promise<void>;
}

interface Disk {
  readonly name: string;
  /** What it holds, after each crash anew. */
  readonly boot: (directory: string) => Promise<Life>;
}

const logOn = (name: string, files: Files): Disk => ({
  name,
  boot: async (directory) => {
    let position = 0;
    const storage = await WriteAheadLog.open({
      directory,
      files,
      segmentBytes: 2_048,
      onDurable: (durable) => {
        position = durable;
      },
      onFailure: (error) => {
        throw error;
      },
    });
    return {
      storage,
      durable: async () => {
        storage.flush();
        await new Promise((resolve) => setTimeout(resolve, 1));
        return position;
      },
      crash: () => storage.abandon(),
    };
  },
});

const simulated = (): Disk => {
  const disk = new SimulatedDisk();
  const draw = drawing(9);
  let now = 0;
  return {
    name: "the disk of a simulated node",
    boot: async () => {
      const before = disk.position;
      const timed: Storage = {
        image: disk.image,
        write: (frame, position) => void disk.write(frame, before + position, now + draw(5)),
      };
      return {
        storage: timed,
        durable: async () => disk.sync(++now) - before,
        crash: async () => disk.crash(draw(3), 0),
      };
    },
  };
};

const frameFor = (draw: (below: number) => number, image: DiskImage, value: number): Frame => {
  const writes: Write[] = [{ kind: "set", path: "a", name: `r${draw(3)}`, value }];
  const log = image.get("b")?.logs.get("log") ?? { first: 0, entries: [] };
  const at = { path: "b", name: "log" };
  const end = log.first + log.entries.length;
  if (draw(6) === 0) writes.push({ kind: "cut-from", ...at, index: Math.max(log.first, end - draw(4)) });
  else if (draw(5) === 0) writes.push({ kind: "cut-before", ...at, index: end - draw(4) });
  else if (draw(9) === 0) writes.push({ kind: "forget", path: "b" });
  return [...writes, { kind: "append", ...at, value: { value, text: "x".repeat(draw(80)) } }];
};

/** Two disks keep paths and names in an order of their own. */
const contentOf = (image: DiskImage): string =>
  JSON.stringify(
    [...image]
      .map(([path, { records, logs }]) => [path, [...records].sort(), [...logs].sort()])
      .sort()
      .map((part) => [...encode(part)]),
  );

describe.each([
  logOn("the write-ahead log on files", nodeFiles),
  logOn("the write-ahead log on files that lose what was not synced", holdingFiles(nodeFiles, { syncMs: 2, parts: 3 })),
  simulated(),
])("$name", ({ boot }) => {
  let directory = "";
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "quorate-storage-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("D1, D2: after a crash it is the beginning of what was written, whole steps, none missing that were durable", async () => {
    const draw = drawing(5);
    let value = 0;
    let lostSteps = 0;
    for (let crash = 0; crash < 12; crash++) {
      const { storage, durable, crash: fail } = await boot(directory);
      const images = [contentOf(storage.image)];
      let named = 0;
      for (let position = 1; position <= 40; position++) {
        const frame = frameFor(draw, storage.image, value++);
        applyFrame(storage.image, frame);
        storage.write(frame, position);
        images.push(contentOf(copyImage(storage.image)));
        if (draw(4) === 0) {
          const now = await durable();
          expect(now).toBeGreaterThanOrEqual(named);
          named = now;
        }
      }
      await fail();
      const next = await boot(directory);
      const survived = images.lastIndexOf(contentOf(next.storage.image));
      expect(survived).toBeGreaterThanOrEqual(named);
      lostSteps += 40 - survived;
      await next.crash();
    }
    // A disk that loses nothing would not test its user.
    expect(lostSteps).toBeGreaterThan(0);
  });
});
