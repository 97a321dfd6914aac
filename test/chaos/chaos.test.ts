import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { exitCodeOf } from "../../chaos/exit-code.ts";

const pathOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const script = pathOf("scripts/chaos.mjs");
/** What the script compiles, and runs. */
const compiled = pathOf(".cache/chaos/main.js");

interface Result {
  readonly operations: number;
  readonly counts: { readonly [name: string]: number };
  readonly neverHappened: readonly string[];
  readonly violations: readonly string[];
  readonly unknowns: readonly string[];
}

const run = (path: string, args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], {
    encoding: "utf8",
    timeout: 150_000,
  });
  return { status, stdout, stderr };
};
const chaos = (...args: readonly string[]) => run(compiled, args);

const resultOf = (text: string): Result => JSON.parse(text) as Result;

describe("faults on real processes", () => {
  it("are called as the command says", () => {
    expect(run(script, ["--help"])).toMatchObject({ status: 0, stderr: "" });
    expect(chaos("--sceonds", "5")).toMatchObject({ status: 64, stdout: "" });
    expect(chaos("--replicas", "4")).toMatchObject({ status: 64, stdout: "" });
  });

  it("strike with every one of them once, and what clients saw is linearizable", { timeout: 180_000 }, () => {
    const { status, stdout, stderr } = chaos("--seconds", "3", "--seed", "1", "--json");
    const result = resultOf(stdout === "" ? `{"violations": [${JSON.stringify(stderr)}]}` : stdout);
    expect(result.violations).toEqual([]);
    expect(result.neverHappened).toEqual([]);
    expect(result.unknowns).toEqual([]);
    expect(result.operations).toBeGreaterThan(300);
    expect(status).toBe(0);
  });

  it("let nothing strike when asked: load alone makes nobody call for an election", { timeout: 60_000 }, () => {
    const { status, stdout } = chaos("--calm", "--seconds", "1", "--outstanding", "16", "--rate", "500", "--json");
    const result = JSON.parse(stdout) as { readonly puts: number; readonly violations: readonly string[] };
    expect(result.violations).toEqual([]);
    expect(result.puts).toBeGreaterThan(100);
    expect(status).toBe(0);
    expect(chaos("--calm", "--broken", "no-sync")).toMatchObject({ status: 64, stdout: "" });
  });

  it("fail when a fault never struck, and decide nothing when the history could not be decided", () => {
    const result = { violations: [], neverHappened: [], unknowns: [] };
    expect(exitCodeOf(result)).toBe(0);
    expect(exitCodeOf({ ...result, neverHappened: ["full disks"] })).toBe(1);
    expect(exitCodeOf({ ...result, violations: ["a write is lost"], unknowns: ["steps"] })).toBe(1);
    expect(exitCodeOf({ ...result, unknowns: ["steps"] })).toBe(2);
  });

  // Seeds whose plans begin with the fault that matters, so that the runs are short.
  it("find a disk that says that bytes are durable when it has only taken them", { timeout: 180_000 }, () => {
    const { status, stdout } = chaos("--seconds", "3", "--seed", "246", "--broken", "no-sync", "--json");
    expect(resultOf(stdout).violations.join("\n")).toMatch(/lost|not linearizable/);
    expect(status).toBe(1);
  });

  it("find a leader that answers reads when it was deposed", { timeout: 180_000 }, () => {
    const { status, stdout } = chaos("--seconds", "3", "--seed", "394", "--broken", "stale-reads", "--json");
    expect(resultOf(stdout).violations.join("\n")).toContain("the history is not linearizable: get(");
    expect(status).toBe(1);
  });
});
