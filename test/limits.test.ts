import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";

// The page of limits against the sources: each constant exists, in that file, with that value.

const root = fileURLToPath(new URL("..", import.meta.url));
const page = readFileSync(join(root, "docs", "limits.md"), "utf8");
const rows = [...page.matchAll(/^\| `(\w+)` \| ([\d,]+) \| `(src\/[\w./-]+)` \|/gm)].map(
  ([, name = "", value = "", file = ""]) => ({ name, value: Number(value.replaceAll(",", "")), file }),
);

/** The value of a constant that is a number or a product of numbers; undefined where the source has none of the name. */
const valueIn = (source: string, name: string): number | undefined => {
  const written = new RegExp(`^(?:export )?const ${name}(?:: number)? = ([\\dx_ *+<-]+);$`, "m").exec(source)?.[1];
  return written === undefined ? undefined : (runInNewContext(written) as number);
};

describe("the page of limits", () => {
  it("has rows, each constant once a file", () => {
    expect(rows.length).toBeGreaterThan(20);
    expect(new Set(rows.map(({ name, file }) => `${file} ${name}`)).size).toBe(rows.length);
    expect(page.match(/^\| `/gm)).toHaveLength(rows.length);
  });

  it.each(rows)("$name is $value in $file", ({ name, value, file }) => {
    expect(valueIn(readFileSync(join(root, file), "utf8"), name)).toBe(value);
  });

  it("a constant that is gone or has another value is seen: the check can fail", () => {
    expect(valueIn("const otherMax = 5;\n", "goneMax")).toBeUndefined();
    expect(valueIn("export const thereMax: number = 2 * 1_024;\n", "thereMax")).toBe(2_048);
  });
});
