import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TraceBuilder } from "../../test/support/trace-builder.ts";
import type { Trace } from "../model/index.ts";
import { kindsDrawn } from "./diagram.ts";
import { selectedEvents } from "./diagram-rows.ts";
import { exportSvg } from "./export-svg.ts";
import { causalSlice } from "./stamps.ts";
import { layoutSvg } from "./svg-layout.ts";
import { SVG_EVENTS_MAX } from "./svg-scene.ts";
import { dark, light } from "./svg-shapes.ts";
import { readTrace } from "./trace-file.ts";
import { viewOf } from "./trace-view.ts";

const corpus = (name: string): Trace =>
  readTrace(readFileSync(new URL(`../../test/corpus/traces/${name}.jsonl`, import.meta.url), "utf8"));
const names = ["v1-paxos-forgets", "v1-partition", "v1-every-kind", "v1-links-restart"];

/** Takes an XML document apart by the grammar of elements, attributes and references; throws where it does not fit. */
const elementsOf = (document: string): string[] => {
  const open: string[] = [];
  const elements: string[] = [];
  let rest = document;
  while (rest !== "") {
    const found =
      /^<([a-z]+)((?: [a-zA-Z][a-zA-Z0-9:-]*="[^"<]*")*)(\/?)>/.exec(rest) ??
      /^<\/([a-z]+)>/.exec(rest) ??
      /^[^<&]+/.exec(rest) ??
      /^&(amp|lt|gt|quot);/.exec(rest);
    if (found === null) throw new Error(`not XML: ${rest.slice(0, 60)}`);
    const [whole, name] = found;
    if (whole.startsWith("</")) expect(open.pop()).toBe(name);
    else if (whole.startsWith("<")) {
      elements.push(whole);
      if (found[3] === "") open.push(name!);
      expect(found[2]).toMatch(/^(?:[^&]|&(?:amp|lt|gt|quot);)*$/);
    }
    rest = rest.slice(whole.length);
  }
  expect(open).toEqual([]);
  return elements;
};

const luminance = (colour: string): number => {
  const [red, green, blue] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
};

const contrast = (one: string, other: string): number => {
  const [less, more] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (more! + 0.05) / (less! + 0.05);
};

describe("a space-time diagram as SVG", () => {
  it.each(names)("of %s is XML with every drawn event and its words", (name) => {
    const trace = corpus(name);
    const picture = exportSvg(trace);
    const elements = elementsOf(picture);
    const drawn = selectedEvents(viewOf(trace), { kinds: kindsDrawn, only: undefined, marked: new Set() });
    const forged = drawn.filter((event) => event.name === "forged").length;
    expect(elements.filter((element) => element === "<title>")).toHaveLength(1 + drawn.length - forged);
    for (const { id, name: node } of trace.header.nodes) expect(picture, `${id}`).toContain(`>${node}</text>`);
    expect(elements.filter((element) => /href|<script|<image|<foreign|url\(|onload/.test(element))).toEqual([]);
    expect(picture.match(/https?:/g)).toEqual(["http:"]);
  });

  it("shows crashes, partitions, losses, copies and forgeries in shapes and words", () => {
    const picture = exportSvg(corpus("v1-partition"));
    for (const words of [
      "(1) partition n1 | n2 n3 n4 (full)",
      "partition ends",
      "pauses {until: 8}",
      "crashes, 2 unsynced writes lo…",
      "copy: write {key: &quot;x&quot;, value: 3}",
      "forged: vote",
      "of unknown origin: vote {term: 2}",
    ]) {
      expect(picture).toContain(`>${words}</text>`);
    }
    expect(picture).toContain("cut off: append");
  });

  it("rings the events at fault, and leaves out of a slice what lands nowhere", () => {
    const trace = corpus("v1-links-restart");
    const marked = new Set(trace.events.filter(({ kind }) => kind === "answer").map(({ id }) => id));
    const picture = exportSvg(trace, { marked, only: causalSlice(trace, [...marked]) });
    expect(picture.match(/r="15"/g)).toHaveLength(marked.size);
    expect(picture.match(/stroke-dasharray="3 3"/g)).toBeNull();
    expect(exportSvg(trace).match(/stroke-dasharray="3 3"/g)).not.toBeNull();
  });

  it("has text that can be read on its own paper, light and dark", () => {
    for (const { paper, lane, ...inks } of [light, dark]) {
      for (const [ink, colour] of Object.entries(inks))
        expect([ink, contrast(colour, paper) >= 4.5]).toEqual([ink, true]);
      expect(contrast(lane, paper)).toBeGreaterThanOrEqual(3);
    }
  });

  it("keeps any name and any text out of the markup", () => {
    const nasty = fc.oneof(
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.constantFrom("</text><script>alert(1)</script>", '" onload="x', "&amp;", "]]>", "<!--", "\ufffe", "\u0000"),
    );
    fc.assert(
      fc.property(nasty, nasty, (name, text) => {
        const build = new TraceBuilder([name, "b"]);
        build.add("note", 0, { name: text, data: [] });
        build.deliver(build.send(0, 1, text));
        const picture = exportSvg(build.trace({ scenario: text }));
        expect(elementsOf(picture).filter((element) => element.startsWith("<script"))).toEqual([]);
        // What XML 1.0 may not hold in any spelling.
        expect(picture).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
      }),
      { seed: 7, numRuns: 60 },
    );
  });

  it("says how much it leaves out", () => {
    const build = new TraceBuilder(["a"]);
    for (let at = 0; at <= SVG_EVENTS_MAX; at++) build.add("timer", 0, { name: "t" });
    expect(exportSvg(build.trace())).toContain(`the first ${SVG_EVENTS_MAX} of ${SVG_EVENTS_MAX + 1} events`);
    elementsOf(exportSvg(new TraceBuilder([]).trace()));
  });
});

describe("the layout of a space-time diagram", () => {
  const layouts = names.map((name) => {
    const view = viewOf(corpus(name));
    const drawn = selectedEvents(view, { kinds: kindsDrawn, only: undefined, marked: new Set() });
    return { view, drawn, layout: layoutSvg(view, drawn) };
  });

  it("has time to the right, and causes left of effects", () => {
    for (const { view, drawn, layout } of layouts) {
      for (const a of drawn) {
        for (const b of drawn) if (a.at < b.at) expect(layout.x(a)).toBeLessThan(layout.x(b));
        const cause = view.events[view.indexOf(a.cause ?? -1)];
        if (cause !== undefined && drawn.includes(cause)) expect(layout.x(cause)).toBeLessThan(layout.x(a));
      }
    }
  });

  it("gives the events of a lane room, but for what is sent at one moment", () => {
    for (const { drawn, layout } of layouts) {
      for (const [at, a] of drawn.entries()) {
        for (const b of drawn.slice(at + 1)) {
          if (a.node !== b.node || [a.kind, b.kind].includes("drop")) continue;
          const fan = a.kind === "send" && b.kind === "send" && a.at === b.at;
          expect(layout.x(b) - layout.x(a)).toBeGreaterThanOrEqual(fan ? 0 : 29);
        }
      }
    }
  });

  it("leans an arrow the more, the longer its message takes", () => {
    const build = new TraceBuilder(["a", "b"]);
    const quick = build.send(0, 1, "quick", { at: 0 });
    build.deliver(quick, { at: 10 });
    const slow = build.send(0, 1, "slow", { at: 100 });
    build.deliver(slow, { at: 150 });
    const view = viewOf(build.trace());
    const { x } = layoutSvg(view, view.events);
    const [from, to, later, latest] = view.events.map(x) as [number, number, number, number];
    expect(latest - later).toBeGreaterThan(to - from);
  });
});
