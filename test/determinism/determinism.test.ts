import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { scenarios } from "../../src/scenarios/index.ts";
import { firstDifference, type RunHash, traceOf } from "../../src/simulate/index.ts";

const script = fileURLToPath(new URL("./print-hashes.mjs", import.meta.url));
const hashesOf = (node: string, ...args: readonly string[]): readonly RunHash[] =>
  JSON.parse(execFileSync(node, [script, ...args], { encoding: "utf8", maxBuffer: 1 << 26 })) as RunHash[];

/** Other versions of Node to compare with; the lane that has two names the other one. */
const others = [process.env["QUORATE_OTHER_NODE"] ?? []].flat();

describe("the same seed gives the same hash", () => {
  const here = hashesOf(process.execPath, "forwards");

  it("covers every scenario of the lab", () => {
    expect(new Set(here.map(({ scenario }) => scenario)).size).toBe(scenarios.length);
    // Some scenarios leave nothing to chance, and their runs are the same under each seed; most do not.
    expect(new Set(here.map(({ hash }) => hash)).size).toBeGreaterThan(0.8 * here.length);
  });

  it("in two processes, whatever each ran before", () => {
    expect(hashesOf(process.execPath, "backwards")).toEqual(here);
  });

  it.each(others)("on this Node and on %s", (other) => {
    expect(hashesOf(other, "forwards")).toEqual(here);
  });
});

describe("the gate can fail", () => {
  it.each(["map-in-arrival-order", "date", "math-random"])("on %s", (name) => {
    const path = fileURLToPath(new URL(`./negative/${name}.mjs`, import.meta.url));
    expect(hashesOf(process.execPath, "backwards", path)).not.toEqual(hashesOf(process.execPath, "forwards", path));
  });

  it("and names the first event in which two runs differ", () => {
    const [scenario] = scenarios;
    expect(firstDifference(traceOf(scenario!, 1), traceOf(scenario!, 1))).toBe(null);
    expect(firstDifference(traceOf(scenario!, 1), traceOf(scenario!, 2))).toMatch(/^event \d+: here .+; there .+/);
  });
});
