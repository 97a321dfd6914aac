import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

// Every error has a code and stands on the page with its cause and its remedy; so has every exit code.

const root = fileURLToPath(new URL("..", import.meta.url));
const page = readFileSync(join(root, "docs", "errors.md"), "utf8");
const rows = page.split("\n").map((line) =>
  line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim()),
);

interface ErrorClass {
  readonly name: string;
  readonly code: string | undefined;
}

/** The classes of a source that extend Error, or one of ours, with the text of their `code`. */
const errorClassesIn = (source: string): readonly ErrorClass[] =>
  [...source.matchAll(/^export class (\w+) extends \w*Error\b([\s\S]*?)^\}/gm)].map(([, name = "", body = ""]) => ({
    name,
    code: /^ {2}(?:override )?readonly code\b[^=\n]*= "([A-Z_]+)";$/m.exec(body)?.[1],
  }));

const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
  .map((path) => readFileSync(join(root, "src", path), "utf8"));
const classes = sources.flatMap(errorClassesIn);

describe("the page of errors", () => {
  it("finds the classes that extend Error, however they are written", () => {
    const written = sources.flatMap((source) => [...source.matchAll(/\bclass (\w+) extends \w*Error\b/g)]);
    expect(classes.map(({ name }) => name).sort()).toEqual(written.map(([, name]) => name).sort());
    expect(classes.length).toBeGreaterThan(5);
  });

  it.each(classes)("$name has the code $code, a cause and a remedy", ({ name, code }) => {
    const row = rows.find(([first]) => first === `\`${name}\``);
    expect(row?.[1]).toBe(`\`${code}\``);
    for (const cell of row?.slice(2) ?? []) expect(cell).not.toBe("");
  });

  it("names no class that is gone, and no code twice", () => {
    const listed = rows.flatMap(([first = ""]) => /^`(\w+Error)`$/.exec(first)?.[1] ?? []);
    expect(listed.sort()).toEqual(classes.map(({ name }) => name).sort());
    expect(new Set(classes.map(({ code }) => code)).size).toBe(classes.length);
  });

  it("a class without a code is seen: the check can fail", () => {
    expect(errorClassesIn(`export class Bare extends Error {\n  readonly name = "Bare";\n}\n`)).toEqual([
      { name: "Bare", code: undefined },
    ]);
  });

  it("explains every exit code, and no other", () => {
    const source = readFileSync(join(root, "src", "cli", "exit-code.ts"), "utf8");
    const known = [...source.matchAll(/^export const exit\w+ = (\d+);$/gm)].map(([, code]) => code);
    const listed = rows.flatMap(([first = ""]) => (/^\d+$/.test(first) ? [first] : []));
    expect(listed).toEqual(known);
  });
});
