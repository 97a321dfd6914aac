import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KilledJournalOrders } from "../support/killed-journal.ts";

const script = fileURLToPath(new URL("../support/killed-journal.ts", import.meta.url));

interface Life {
  /** How many values were there at its start; null if it did not come so far. */
  readonly found: number | null;
  readonly isWhole: boolean;
  readonly added: readonly number[];
  readonly wasTorn: boolean;
}

const live = async (orders: KilledJournalOrders): Promise<Life> => {
  const child = spawn(process.execPath, ["--import", "tsx", script, JSON.stringify(orders)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  const [, signal] = (await once(child, "close")) as [number | null, string | null];
  expect(signal).toBe("SIGKILL");
  const found = /^found (\d+) (.*)$/m.exec(text);
  return {
    found: found === null ? null : Number(found[1]),
    isWhole: found?.[2] === "whole",
    added: [...text.matchAll(/^added (\d+)$/gm)].map(([, value]) => Number(value)),
    wasTorn: text.includes("event torn tail cut"),
  };
};

describe("a host that is killed with SIGKILL, on a disk that loses what was not synced", () => {
  let directory = "";
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "quorate-killed-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("D1: has everything that it acknowledged, in order, also when its last batch was torn", async () => {
    let acknowledged = 0;
    let torn = 0;
    const lives = [
      { killAt: 4 * 30 + 2, segmentBytes: 262_144 },
      { killAt: 4 * 20 + 1, segmentBytes: 262_144 },
      { killAt: 4 * 25, segmentBytes: 262_144 },
      // Segments are begun and freed all the time.
      { killAt: 4 * 80 + 3, segmentBytes: 4_096 },
    ];
    for (const { killAt, segmentBytes } of lives) {
      const life = await live({ directory, killAt, parts: 4, lies: false, segmentBytes });
      expect(life.isWhole).toBe(true);
      expect(life.found).toBeGreaterThanOrEqual(acknowledged);
      expect(life.added.length).toBeGreaterThan(50);
      acknowledged = Math.max(...life.added) + 1;
      if (life.wasTorn) torn++;
    }
    // Those of the first two kills at least: the third came between two batches.
    expect(torn).toBeGreaterThanOrEqual(2);
  });

  it("loses what it acknowledged if the disk lies about syncs: this test can fail", async () => {
    const orders = { directory, killAt: 4 * 20 + 2, parts: 4, lies: true, segmentBytes: 262_144 };
    const { added } = await live(orders);
    const { found } = await live(orders);
    expect(found).not.toBeNull();
    expect(found).toBeLessThan(Math.max(...added) + 1);
  });
});
