import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { isOfTheBook, lab, scenariosPage, withOwnProperties } from "../scripts/lab-pages.ts";

// The pages that are written from the lab must be what the lab says today: `npm run docs:lab` writes them again.

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (...path: readonly string[]): string => readFileSync(join(root, ...path), "utf8");
const scenarios = lab();
const architecture = read("ARCHITECTURE.md");

describe("the pages that are written from the lab", () => {
  it("docs/scenarios.md is not stale", () => {
    expect(read("docs", "scenarios.md")).toBe(scenariosPage(scenarios));
  });

  it("the property ids in ARCHITECTURE.md are not stale", () => {
    expect(architecture).toBe(withOwnProperties(architecture, scenarios));
  });

  it("every property id of the lab is the book's, or listed once as ours", () => {
    const listed = architecture
      .slice(architecture.indexOf("## Property ids of our own"))
      .split("\n")
      .flatMap((line) => /^\| (\S+) \|/.exec(line)?.[1] ?? [])
      .filter((id) => id !== "id" && id !== "---");
    const used = new Set(scenarios.flatMap(({ properties }) => properties.map(({ id }) => id)));
    expect(listed.length).toBe(new Set(listed).size);
    expect([...used].filter((id) => isOfTheBook(id) === listed.includes(id))).toEqual([]);
    expect(listed.filter((id) => !used.has(id))).toEqual([]);
  });

  it("a scenario that is missing, or an id that the book does not have, is seen: the check can fail", () => {
    expect(scenariosPage(scenarios.slice(1))).not.toBe(scenariosPage(scenarios));
    expect(["PL2", "FPL4", "NBAC5"].map(isOfTheBook)).toEqual([true, true, true]);
    expect(["PL4", "RB0", "LIN", "AC1", "gap-free"].map(isOfTheBook)).toEqual([false, false, false, false, false]);
  });
});
