import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { checkPage } from "./doc-blocks.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const pagesIn = (folder: string): string[] =>
  readdirSync(`${root}${folder}`).flatMap((file) => (file.endsWith(".md") ? [`${folder}${file}`] : []));
const pages = [...pagesIn(""), ...pagesIn("docs/")];

/**
 * A page starts up to twenty processes one after the other, which on a busy machine take longer than a test may. Each of
 * them is ended by itself when it hangs: this limit is not what finds that.
 */
const pageMsMax = 300_000;

describe("the code blocks of the documentation", () => {
  it.each(pages)("%s says nothing that does not work", { timeout: pageMsMax }, (page) => {
    expect(checkPage(page)).toEqual([]);
  });

  it("right blocks pass", () => {
    expect(checkPage("test/gates/docs/right-blocks.md")).toEqual([]);
  });

  it("each wrong block is named: the check can fail", () => {
    const page = "test/gates/docs/wrong-blocks.md";
    const findings = checkPage(page);
    expect(findings).toHaveLength(9);
    expect(findings[0]).toMatch(/does not compile[\s\S]*TS2322/);
    expect(findings[1]).toMatch(/:7 ended with 1[\s\S]*compiles, but fails/);
    expect(findings[2]).toContain(":11 `npm run no-such-script` is no command");
    expect(findings[3]).toContain(":11 `make all` is no command");
    expect(findings[4]).toContain(":16 is no JSON");
    expect(findings[5]).toContain(':20 has the language ""');
    expect(findings[6]).toContain(":28 is not what the commands before it print: quorate: there is no scenario");
    expect(findings[7]).toContain("`npm run no-such-script-in-a-list` is no command");
    expect(findings[8]).toContain("links to no-such-page.md");
  });
});
