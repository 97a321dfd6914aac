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
    const parts = 4;
    let acknowledged = 0;
    let torn = 0;
    for (const killAt of [4 * 30 + 2, 4 * 20 + 1, 4 * 25, 4 * 10 + 3]) {
      const life = await live({ directory, killAt, parts, lies: false });
      expect(life.isWhole).toBe(true);
      expect(life.found).toBeGreaterThanOrEqual(acknowledged);
      expect(life.added.length).toBeGreaterThan(50);
      acknowledged = Math.max(...life.added) + 1;
      if (life.wasTorn) torn++;
    }
    // Those of the first two kills: the third came between two batches.
    expect(torn).toBe(2);
  });

  it("loses what it acknowledged if the disk lies about syncs: this test can fail", async () => {
    const orders = { directory, killAt: 4 * 20 + 2, parts: 4, lies: true };
    const { added } = await live(orders);
    const { found } = await live(orders);
    expect(found).not.toBeNull();
    expect(found).toBeLessThan(Math.max(...added) + 1);
  });
});
