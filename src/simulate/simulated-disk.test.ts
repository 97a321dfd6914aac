import { describe, expect, it } from "vitest";
import type { Frame } from "../model/index.ts";
import { SimulatedDisk } from "./simulated-disk.ts";

const setting = (...values: readonly number[]): Frame =>
  values.map((value, at) => ({ kind: "set", path: "m", name: `r${at}`, value }));
const recordsOf = (disk: SimulatedDisk): unknown[] => [...(disk.seen.get("m")?.records.values() ?? [])];

describe("the disk of a simulated node", () => {
  it("loses what was not synced, and keeps what was", () => {
    const disk = new SimulatedDisk();
    disk.write(setting(1), 1, 10);
    disk.write(setting(2), 2, 20);
    expect(disk.sync(10)).toBe(1);
    disk.crash(0, 0);
    expect(recordsOf(disk)).toEqual([1]);
    expect(disk.position).toBe(1);
  });

  it("may have kept more than it said: unsynced frames survive by luck, in order", () => {
    const disk = new SimulatedDisk();
    disk.write(setting(1), 1, 10);
    disk.write(setting(2), 2, 20);
    disk.write(setting(3), 3, 30);
    disk.crash(2, 0);
    expect(recordsOf(disk)).toEqual([2]);
  });

  it("D2: a step's writes are whole or absent, unless the scenario asks for the weaker disk", () => {
    const whole = new SimulatedDisk();
    whole.write(setting(1, 2, 3), 1, 10);
    whole.crash(0, 0);
    expect(recordsOf(whole)).toEqual([]);
    const separate = new SimulatedDisk();
    separate.write(setting(1, 2, 3), 1, 10);
    separate.crash(0, 2);
    expect(recordsOf(separate)).toEqual([1, 2]);
  });

  it("syncs in the order of writing, however long each takes", () => {
    const disk = new SimulatedDisk();
    expect(disk.write(setting(1), 1, 50)).toBe(50);
    expect(disk.write(setting(2), 2, 20)).toBe(50);
    expect(disk.sync(20)).toBe(0);
    expect(disk.sync(50)).toBe(2);
  });

  it("keeps logs and their cuts", () => {
    const disk = new SimulatedDisk();
    const at = { path: "m", name: "log" };
    disk.write(
      ["a", "b", "c", "d"].map((value) => ({ kind: "append", ...at, value })),
      1,
      1,
    );
    disk.write(
      [
        { kind: "cut-from", ...at, index: 3 },
        { kind: "cut-before", ...at, index: 1 },
      ],
      2,
      2,
    );
    disk.sync(2);
    disk.crash(0, 0);
    expect(disk.seen.get("m")?.logs.get("log")).toEqual({ first: 1, entries: ["b", "c"] });
  });
});
