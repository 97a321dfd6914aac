import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createContext, runInContext } from "node:vm";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { TraceBuilder } from "../../test/support/trace-builder.ts";
import { exportMermaid } from "./export-mermaid.ts";
import { readTrace } from "./trace-file.ts";

/** What Mermaid's own parser made of a sequence diagram. */
interface Parsed {
  readonly type: string;
  readonly db: {
    getMessages(): readonly { from: string; to: string; message: string; type: number }[];
    getActors(): ReadonlyMap<string, { readonly description: string }>;
  };
}

let mermaid: {
  parse(text: string): Promise<unknown>;
  mermaidAPI: { getDiagramFromText(text: string): Promise<Parsed> };
};

// Mermaid itself, as published for pages. It comes as a script that leaves a global, so it gets globals of its own.
beforeAll(async () => {
  const require = createRequire(import.meta.url);
  const script = require.resolve("@mermaid-js/tiny");
  const context = createContext({ console, setTimeout, clearTimeout, structuredClone });
  runInContext(readFileSync(script, "utf8"), context);
  mermaid = context["mermaid"] as typeof mermaid;
  expect(await mermaid.parse("sequenceDiagram\na->>b: hello")).toMatchObject({ diagramType: "sequence" });
});

/** Mermaid keeps a character reference in a spelling of its own until it draws: `#35;` is `ﬂ°°35¶ß`. */
const decoded = (text: string): string =>
  text.replace(/ﬂ°°(\d+)¶ß/g, (_, code: string) => String.fromCodePoint(Number(code)));

/** What Mermaid understands, or its complaint: this is the part of `mermaid.parse` that keeps the result. */
const parse = async (text: string) => {
  const { type, db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  return {
    type,
    actors: [...db.getActors().values()].map(({ description }) => decoded(description)),
    messages: db.getMessages().map(({ from, to, message }) => `${from} ${to} ${decoded(message)}`),
    types: db.getMessages().map((message) => message.type),
  };
};

const corpus = (name: string) =>
  readTrace(readFileSync(new URL(`../../test/corpus/traces/${name}.jsonl`, import.meta.url), "utf8"));

describe("a sequence diagram for Mermaid", () => {
  it("says what the text diagram says", () => {
    expect(`\n${exportMermaid(corpus("v1-partition"))}`).toMatchInlineSnapshot(`
      "
      sequenceDiagram
      %% partition, seed 7
      participant p0 as n1
      participant p1 as n2
      participant p2 as n3
      participant p3 as n4
      participant p4 as client
      Note over p0,p4: (1) partition n1 | n2 n3 n4 (full)
      Note over p4: (2) call write("x", 3)
      p4->>p0: (3) m1 write {key: "x", value: 3}
      p4->>p0: (4) m1 again: write {key: "x", value: 3}
      Note over p0: m2 to n2, n3, n4: append {term: 1, entries: [{term: 1, command: {key#58;…
      Note over p3: (5) pauses {until: 8}
      p0--xp1: (6) m2 cut off: append {term: 1, entries: [{term: 1, command: {key: "…
      Note over p0: (7) timeout heartbeat()
      p0--xp2: (8) m2 cut off: append {term: 1, entries: [{term: 1, command: {key: "…
      Note over p3: goes on
      Note over p0,p4: partition ends
      p0-->>p3: (9) m2 append {term: 1, entries: [{term: 1, command: {key: "x", value…
      Note over p2: (10) clock-step {byMs: 200}
      p3-->>p2: (11) forged: vote {term: 7}
      p3-->>p1: (12) of unknown origin: vote {term: 2}
      Note over p1: in flight to n1, n3: vote {term: 2, granted: true}
      Note over p2: in flight to n3: own
      p1->>p1: (13) "self"
      Note over p2: (14) ✕ crashes, 2 unsynced writes lost
      p3->>p0: (15) "over the dead"
      "
    `);
  });

  it("is accepted by Mermaid's own parser, which refuses what is wrong", async () => {
    const parsed = await parse(exportMermaid(corpus("v1-partition")));
    expect(parsed.type).toBe("sequence");
    expect(parsed.actors).toEqual(["n1", "n2", "n3", "n4", "client"]);
    expect(parsed.messages[1]).toBe('p4 p4 (2) call write("x", 3)');
    expect(parsed.messages[2]).toBe('p4 p0 (3) m1 write {key: "x", value: 3}');
    for (const name of ["v1-paxos-forgets", "v1-every-kind"]) {
      expect((await parse(exportMermaid(corpus(name)))).messages.length).toBeGreaterThan(5);
    }
    await expect(parse("sequenceDiagram\np0 ~~ p1")).rejects.toThrow(/Parse error on line 2/);
    await expect(parse("sequenceDiagram\np0->>p1: a; b")).rejects.toThrow(/Parse error/);
  });

  it("draws a loss with a cross and what arrives later with a dotted arrow", async () => {
    const build = new TraceBuilder(["a", "b"]);
    const lost = build.send(0, 1, "lost");
    build.drop(lost);
    const slow = build.send(0, 1, "slow");
    build.add("timer", 0, { name: "t" });
    build.deliver(slow);
    expect(exportMermaid(build.trace()).split("\n").slice(4, -1)).toEqual([
      'p0-xp1: (1) lost: "lost"',
      'Note over p0: m1 to b: "slow"',
      "Note over p0: (2) timeout t()",
      'p0-->>p1: (3) m1 "slow"',
    ]);
  });

  it("keeps any text and any name whole", async () => {
    const nasty = fc.oneof(
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.string({ unit: "grapheme", maxLength: 20 }),
      fc.constantFrom("end", "%%{init: {}}%%", "style a:#35;", "classDef x:y#1;", "wrap:", ":wrap", "a;b#c", "$$x^2$$"),
      fc.constantFrom("<br/>", "<script>alert(1)</script>", "&lt;", "a\\nb", "loop x", "->>", "--", "", "---", "@{"),
    );
    // What a reader of the page sees, but for white space, which HTML does not keep.
    const seen = (shown: string): string => shown.replace(/\s+/g, " ").trim();
    const isPlain = (text: string): boolean => /^[ -~]+$/.test(text) && seen(text) !== "";
    const many = fc.array(nasty, { minLength: 30, maxLength: 40, size: "max" });
    await fc.assert(
      fc.asyncProperty(many, async (texts) => {
        const build = new TraceBuilder(texts);
        for (const [node, text] of texts.entries()) {
          build.add("note", node, { name: text, data: [] });
          build.deliver(build.send(node, 0, text));
        }
        const { actors, messages } = await parse(exportMermaid(build.trace({ scenario: texts[0]! })));
        expect(actors).toHaveLength(texts.length);
        expect(messages).toHaveLength(2 * texts.length);
        for (const [node, text] of texts.entries()) {
          if (!isPlain(text)) continue;
          expect(seen(actors[node]!)).toBe(seen(text));
          expect(seen(messages[2 * node]!)).toBe(seen(`p${node} p${node} ${text}`));
          expect(seen(messages[2 * node + 1]!)).toBe(seen(`p${node} p0 (${node + 1}) ${JSON.stringify(text)}`));
        }
      }),
      { seed: 4, numRuns: 4 },
    );
  });

  it("stays below Mermaid's limit and says how much is missing", async () => {
    const build = new TraceBuilder(["a", "b"]);
    for (let i = 0; i < 1000; i++)
      build.deliver(build.send(i % 2, 1 - (i % 2), { kind: "ping", number: i, text: "####" }));
    const source = exportMermaid(build.trace());
    expect(source.length).toBeLessThan(50_000);
    expect(source).toMatch(/… and \d+ rows more, which is too much for Mermaid\n$/);
    expect((await parse(source)).messages.length).toBeGreaterThan(100);
  });

  it("of no nodes is empty", async () => {
    expect((await parse(exportMermaid(new TraceBuilder([]).trace()))).messages).toEqual([]);
  });
});
