import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TraceBuilder } from "../../test/support/trace-builder.ts";
import type { EventId, Trace, TraceEvent } from "../model/index.ts";
import { countedEvents } from "./counted-events.ts";
import { drawDiagram, kindsDrawn } from "./diagram.ts";
import { type DiagramRow, diagramRows } from "./diagram-rows.ts";
import { causalityOf, causalSlice } from "./stamps.ts";
import { displayWidth } from "./text-line.ts";
import { readTrace } from "./trace-file.ts";
import { viewOf } from "./trace-view.ts";

const corpus = (name: string): Trace =>
  readTrace(readFileSync(new URL(`../../test/corpus/traces/${name}.jsonl`, import.meta.url), "utf8"));

/** The events of this kind and name. */
const named = ({ events }: Trace, kind: TraceEvent["kind"], name: string): ReadonlySet<EventId> =>
  new Set(events.filter((event) => event.kind === kind && event.name === name).map(({ id }) => id));

/** Golden pictures start with a newline, so that their columns line up in this file. */
const picture = (trace: Trace, options = {}): string => `\n${drawDiagram(trace, options)}`;

describe("a diagram of 80 columns", () => {
  it("shows how an acceptor that forgets its vote lets two values be decided", () => {
    const trace = corpus("v1-paxos-forgets");
    expect(picture(trace, { marked: named(trace, "answer", "decide") })).toMatchInlineSnapshot(`
      "
        #   ms    n1      n2      n3
        1    1     »       │       │    call propose("a")
             1     ├─▸     │       │    m1 to n1, n2, n3: prepare {ballot: 1}
        2    2     ●       │       │    m1 to itself: prepare {ballot: 1}
        3    3     │m1┄┄┄┄▸●       │    prepare {ballot: 1}
        4    4     ●       │       │    to itself: promise {ballot: 1, accepted: null}
        5    5     ●◂──────┤       │    promise {ballot: 1, accepted: null}
             5     ├─▸     │       │    m2 to n1, n2, n3: accept {vote: {ballot: 1,
                   │       │       │    value: "a"}}
        6    6     │m2┄┄┄┄▸●       │    accept {vote: {ballot: 1, value: "a"}}
        7    7     ●       │       │    m2 to itself: accept {vote: {ballot: 1, value…
        8    8     ●       │       │    to itself: accepted {vote: {ballot: 1, value:
                   │       │       │    "a"}}
        9    9     ●◂──────┤       │    accepted {vote: {ballot: 1, value: "a"}}
      !     10     «       │       │    answer decide("a")
       10   11     │m1┄┄┄┄┄┼┄┄┄┄┄✕ │    lost: prepare {ballot: 1}
       11   12     │       ✕       │    crashes
       12   13     │m2┄┄┄┄┄╳┄┄┄┄┄✕ │    cut: accept {vote: {ballot: 1, value: "a"}}
       13   14     │       ▲       │    recovers as incarnation 1
            15     │       ·       │    the vote was not written before it was sent:
                   │       │       │    this acceptor remembers nothing of ballot 1
       14  150     │       │       ◇    timeout retry(3)
       15  151     │       ●◂──────┤    prepare {ballot: 2}
       16  152     │       │       ●    to itself: prepare {ballot: 2}
       17  153     │       │       ●    to itself: promise {ballot: 2, accepted: null}
       18  154     │       ├──────▸●    promise {ballot: 2, accepted: null}
       19  155     │       ●◂──────┤    accept {vote: {ballot: 2, value: "b"}}
       20  156     │       │       ●    to itself: accept {vote: {ballot: 2, value:
                   │       │       │    "b"}}
           156     │       │       ●    m3 to itself: accepted {vote: {ballot: 2,
                   │       │       │    value: "b"}}
       21  157     │       ├──────▸●    accepted {vote: {ballot: 2, value: "b"}}
       22  158     │       │       ●    m3 to itself: accepted {vote: {ballot: 2, val…
      !    159     │       │       «    answer decide("b")
      "
    `);
  });

  it("shows why a perfect link is none where nodes come back", () => {
    const trace = corpus("v1-links-restart");
    const marked = named(trace, "answer", "deliver");
    expect(picture(trace, { marked, only: causalSlice(trace, [...marked]) })).toMatchInlineSnapshot(`
      "
        #     ms   p1     p2     p3
        1   36.0    │      │      »    call send(0, "m2.2")
        2   46.0    │      »      │    call send(2, "m1.3")
        3   86.0    │      │      ◇    timeout retransmit()
        4   96.0    │      ◇      │    timeout retransmit()
        5   97.0    │      ├─────▸●    {sequence: 0, message: "m1.3"}
      !     97.0    │      │      «    answer deliver(1, "m1.3")
        6   97.0    │      │      ✕    crashes
        7   97.1    │      │      ▲    recovers as incarnation 1
        8  146.0    │      ◇      │    timeout retransmit()
        9  147.0    │      ├─────▸●    {sequence: 0, message: "m1.3"}
      !    147.0    │      │      «    answer deliver(1, "m1.3")
      "
    `);
  });

  it("shows partitions, losses, pauses, copies, messages under way and a node that is down", () => {
    expect(picture(corpus("v1-partition"))).toMatchInlineSnapshot(`
      "
        #  ms    n1      n2      n3      n4    client
        1   1 ════╪═══════╪═══════╪═══════╪═══════╪═══ partition n1 | n2 n3 n4 (full)
        2   2     │       │       │       │       »    call write("x", 3)
        3   3     ●◂──────┼───────┼───────┼─────m1┤    write {key: "x", value: 3}
        4   4     ●◂══════╪═══════╪═══════╪═════m1│    again: write {key: "x", value:…
            4     ├─▸     │       │       │       │    m2 to n2, n3, n4: append {term:
                  │       │       │       │       │    1, entries: [{term: 1, command…
        5   5     │       │       │       ‖       │    pauses {until: 8}
        6   6     │m2┄┄┄✕ │       │       ┊       │    cut off: append {term: 1, entr…
        7   7     ◇       │       │       ┊       │    timeout heartbeat()
        8   8     │m2┄┄┄┄┄┼┄┄┄┄┄✕ │       ┊       │    cut off: append {term: 1, entr…
            9     │       │       │       ‖       │    goes on
           10 ════╪═══════╪═══════╪═══════╪═══════╪═══ partition ends
        9  11     │m2┄┄┄┄┄┼┄┄┄┄┄┄┄┼┄┄┄┄┄┄▸●       │    append {term: 1, entries: [{te…
       10  12     │       │       ◆       │       │    clock-step {byMs: 200}
       11  14     │       │       ●◂┄┄┄┄┄┄│       │    forged: vote {term: 7}
       12  15     │       ●◂┄┄┄┄┄┄┼┄┄┄┄┄┄┄│       │    of unknown origin: vote {term:
                  │       │       │       │       │    2}
           15     │     ◂┄┼┄▸     │       │       │    in flight to n1, n3: vote
                  │       │       │       │       │    {term: 2, granted: true}
           15     │       │       ●       │       │    in flight to itself: own
       13  16     │       ●       │       │       │    to itself: "self"
       14  17     │       │       ✕       │       │    crashes, 2 unsynced writes lost
       15  18     ●◂──────┼───────╳───────┤       │    "over the dead"
      "
    `);
  });

  it("does with the characters of ASCII", () => {
    const text = picture(corpus("v1-partition"), { ascii: true });
    expect(text).toMatch(/^[\n -~]*$/);
    expect(text).toMatchInlineSnapshot(`
      "
        #  ms    n1      n2      n3      n4    client
        1   1 ====|=======|=======|=======|=======|=== partition n1 | n2 n3 n4 (full)
        2   2     |       |       |       |       C    call write("x", 3)
        3   3     o<------|-------|-------|-----m1+    write {key: "x", value: 3}
        4   4     o<======|=======|=======|=====m1|    again: write {key: "x", valu...
            4     +->     |       |       |       |    m2 to n2, n3, n4: append {term:
                  |       |       |       |       |    1, entries: [{term: 1, comma...
        5   5     |       |       |       P       |    pauses {until: 8}
        6   6     |m2...x |       |       :       |    cut off: append {term: 1, en...
        7   7     T       |       |       :       |    timeout heartbeat()
        8   8     |m2.....|.....x |       :       |    cut off: append {term: 1, en...
            9     |       |       |       P       |    goes on
           10 ====|=======|=======|=======|=======|=== partition ends
        9  11     |m2.....|.......|......>o       |    append {term: 1, entries: [{...
       10  12     |       |       F       |       |    clock-step {byMs: 200}
       11  14     |       |       o<......|       |    forged: vote {term: 7}
       12  15     |       o<......|.......|       |    of unknown origin: vote {term:
                  |       |       |       |       |    2}
           15     |     <.+.>     |       |       |    in flight to n1, n3: vote
                  |       |       |       |       |    {term: 2, granted: true}
           15     |       |       o       |       |    in flight to itself: own
       13  16     |       o       |       |       |    to itself: "self"
       14  17     |       |       X       |       |    crashes, 2 unsynced writes lost
       15  18     o<------|-------#-------+       |    "over the dead"
      "
    `);
  });

  it("shows a causal slice, and then only the lanes that it needs", () => {
    const trace = corpus("v1-paxos-forgets");
    const [first] = named(trace, "answer", "decide");
    expect(picture(trace, { only: causalSlice(trace, [first!]), width: 60 })).toMatchInlineSnapshot(`
      "
        #  ms   n1    n2    n3
        1   1    »     │     │   call propose("a")
            1    ├─▸   │     │   m1 to n1, n2, n3: prepare
                 │     │     │   {ballot: 1}
        2   2    ●     │     │   m1 to itself: prepare {ballot: 1}
        3   3    │m1┄┄▸●     │   prepare {ballot: 1}
        4   4    ●     │     │   to itself: promise {ballot: 1,
                 │     │     │   accepted: null}
        5   5    ●◂────┤     │   promise {ballot: 1, accepted:
                 │     │     │   null}
            5    ├─▸   │     │   m2 to n1, n2, n3: accept {vote:
                 │     │     │   {ballot: 1, value: "a"}}
        6   6    │m2┄┄▸●     │   accept {vote: {ballot: 1, value:…
        7   7    ●     │     │   m2 to itself: accept {vote: {bal…
        8   8    ●     │     │   to itself: accepted {vote:
                 │     │     │   {ballot: 1, value: "a"}}
        9   9    ●◂────┤     │   accepted {vote: {ballot: 1,
                 │     │     │   value: "a"}}
           10    «     │     │   answer decide("a")
      "
    `);
  });

  it("shows the calls between layers when asked, and data that would harm a terminal as text", () => {
    const trace = corpus("v1-every-kind");
    const text = picture(trace, { kinds: new Set(trace.events.map(({ kind }) => kind)) });
    expect(text).not.toContain("\u001b");
    expect(text).toMatchInlineSnapshot(`
      "
        #  ms     n1       n 2 ☃
            1      ○         │     boots as incarnation 0
        1   2      »         │     call put("key", bytes(3) 00 7f ff)
            3      ○         │     send(1, Map{"set" => Set{1, 2n}}) at links
        2   4      ├m1──────▸●     {"#map": "not a tag", nothing: undefined, big:
                   │         │     -12345678901234567890n, odd: [NaN, -0, Infinity]}
        3   5      │m1═════✕ │     again: cut: {"#map": "not a tag", nothing: undefin…
            6      │         ○     deliver(0, null, true) at links
            7      │         ○     disk append {term: 1}
            8      │         ○     durable 1
            9      │         «     answer got()
        4  10      ◇         │     timeout retry()
           11      ○         │     settled
           12      ·         │     did nothing: \\u{1b}[31m  was acknowledged "twice"
        5  13      ‖         │     pauses {until: 20}
        6  14      ┊         ✕     crashes
        7  15      ┊         ▲     recovers as incarnation 1
        8  16 ═════╪═════════╪════ partition n1 > n 2 ☃ (one-way)
        9  17      ◆         │     full-disk {until: 20}
      "
    `);
  });

  it("becomes a list where the lanes do not fit", () => {
    expect(picture(corpus("v1-partition"), { width: 60 })).toMatchInlineSnapshot(`
      "
        1   1  ═══             partition n1 | n2 n3 n4 (full)
        2   2  client »        call write("x", 3)
        3   3  client m1─▸ n1  write {key: "x", value: 3}
        4   4  client m1═▸ n1  again: write {key: "x", value: 3}
            4  n1 ─▸           m2 to n2, n3, n4: append {term: 1,…
        5   5  n4 ‖            pauses {until: 8}
        6   6  n1 m2┄✕ n2      cut off: append {term: 1, entries:…
        7   7  n1 ◇            timeout heartbeat()
        8   8  n1 m2┄✕ n3      cut off: append {term: 1, entries:…
            9  n4 ‖            goes on
           10  ═══             partition ends
        9  11  n1 m2┄▸ n4      append {term: 1, entries: [{term: …
       10  12  n3 ◆            clock-step {byMs: 200}
       11  14  n4 ┄▸ n3        forged: vote {term: 7}
       12  15  n4 ┄▸ n2        of unknown origin: vote {term: 2}
           15  n2 ┄▸           in flight to n1, n3: vote {term: 2…
           15  n3 ┄▸           in flight to itself: own
       13  16  n2 ─▸ n2        to itself: "self"
       14  17  n3 ✕            crashes, 2 unsynced writes lost
       15  18  n4 ─▸ n1        "over the dead"
      "
    `);
  });
});

describe("a diagram", () => {
  it("says how many rows it left out", () => {
    expect(drawDiagram(corpus("v1-partition"), { rowsMax: 3 })).toMatch(/\n +… and 17 rows more\n$/);
    const whole = drawDiagram(corpus("v1-partition")).split("\n");
    const both = drawDiagram(corpus("v1-partition"), { rowsMax: 5, rowsLast: 2 }).split("\n");
    const gap = both.findIndex((line) => /^ +… and 15 rows more$/.test(line));
    expect(both.slice(0, gap)).toEqual(whole.slice(0, gap));
    expect(both.slice(gap + 1)).toEqual(whole.slice(gap + 1 - both.length));
  });

  it("is printed in colour only when asked, with the same characters", () => {
    const trace = corpus("v1-partition");
    const coloured = drawDiagram(trace, { colour: true });
    expect(coloured).toContain("\u001b[");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the codes that colour consists of.
    expect(coloured.replace(/\u001b\[[0-9;]*m/g, "")).toBe(drawDiagram(trace));
  });

  it("prints long times from the first event on", () => {
    const build = new TraceBuilder(["a"]);
    build.add("timer", 0, { name: "t", at: 1_700_000_000_000.25 });
    build.add("timer", 0, { name: "t", at: 1_700_000_000_012.75 });
    expect(drawDiagram(build.trace())).toMatch(/\+ms.*\n {2}1 {3}0\.0 .*\n {2}2 {2}12\.5 /);
  });

  it("of nothing is its head", () => {
    expect(drawDiagram(new TraceBuilder(["a", "b"]).trace())).toBe("  #  ms      a         b\n");
    expect(drawDiagram(new TraceBuilder([]).trace())).toBe("");
  });

  it("cuts and wraps by the width of characters, wide ones too", () => {
    const build = new TraceBuilder(["ノード一二三四", "b"]);
    build.add("note", 0, { name: "受信した".repeat(30), data: [] });
    for (const line of drawDiagram(build.trace()).split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  });
});

describe("a message", () => {
  const rowsOf = (build: TraceBuilder): readonly DiagramRow[] =>
    diagramRows(viewOf(build.trace()), { kinds: kindsDrawn, only: undefined, marked: new Set() });
  const kinds = (build: TraceBuilder): string[] =>
    rowsOf(build).map((row) => (row.kind === "arrow" ? `${row.line} ${row.event.data}` : row.kind));

  it("is one row while its sender does nothing else", () => {
    const build = new TraceBuilder(["a", "b"]);
    const send = build.send(0, 1, "m");
    build.add("timer", 1);
    build.deliver(send);
    expect(kinds(build)).toEqual(["mark", "direct m"]);
  });

  it("is two rows when its sender does something in between", () => {
    const build = new TraceBuilder(["a", "b"]);
    const send = build.send(0, 1, "m");
    build.add("crash", 0);
    build.deliver(send);
    expect(kinds(build)).toEqual(["sends", "mark", "late m"]);
  });

  it("keeps its place before those that overtake it", () => {
    const build = new TraceBuilder(["a", "b"]);
    const slow = build.send(0, 1, "slow");
    const fast = build.send(0, 1, "fast");
    build.deliver(fast);
    build.deliver(slow);
    expect(kinds(build)).toEqual(["sends", "direct fast", "late slow"]);
  });

  it("stays with its broadcast, when one part of that is two rows", () => {
    const build = new TraceBuilder(["a", "b", "c"]);
    const [toB, toC] = build.broadcast(0, [1, 2], "m");
    build.deliver(toB!);
    build.add("timer", 0);
    build.deliver(toC!);
    expect(kinds(build)).toEqual(["sends", "late m", "mark", "late m"]);
    expect(rowsOf(build)).toMatchObject([{ to: [1, 2], label: "m1" }, { label: "m1" }, {}, { label: "m1" }]);
  });

  it("of a slice brings its sending with it", () => {
    const build = new TraceBuilder(["a", "b"]);
    const send = build.send(0, 1, "m");
    build.add("timer", 0);
    const end = build.deliver(send);
    const rows = diagramRows(viewOf(build.trace()), { kinds: kindsDrawn, only: new Set([end]), marked: new Set() });
    expect(rows).toMatchObject([{ kind: "arrow", line: "direct", from: 0, to: 1 }]);
  });
});

/** A run of random steps among four nodes, with losses, copies and crashes. */
const runs = fc
  .array(fc.tuple(fc.nat(3), fc.nat(3), fc.nat(9)), { minLength: 5, maxLength: 40, size: "max" })
  .map((steps) => {
    const build = new TraceBuilder(["a", "b", "c", "d"]);
    const sent: EventId[] = [];
    for (const [node, peer, what] of steps) {
      const send = sent[(7 * node + peer) % (sent.length + 1)];
      if (what < 5) sent.push(build.send(node, peer, `m${sent.length}`));
      else if (what < 8 && send !== undefined) build.deliver(send);
      else if (what === 8 && send !== undefined) build.drop(send);
      else build.add(peer === 0 ? "crash" : "timer", node);
    }
    return build.trace();
  });

/** The row on which each event is drawn: a folded send on that of its landing. */
const rowOfEvents = (trace: Trace): ReadonlyMap<EventId, number> => {
  const view = viewOf(trace);
  const places = new Map<EventId, number>();
  for (const [place, row] of diagramRows(view, { kinds: kindsDrawn, only: undefined, marked: new Set() }).entries()) {
    places.set(row.event.id, place);
    if (row.kind === "arrow" && row.line === "direct") places.set(row.event.cause!, place);
  }
  return places;
};

describe("diagrams of random runs", () => {
  it("draw causes above effects, and number what counts", () => {
    let folded = 0;
    fc.assert(
      fc.property(runs, (trace) => {
        const { happensBefore } = causalityOf(trace);
        const places = rowOfEvents(trace);
        // Where a message went that nobody got, and sends that share a row with the first of their kind, tell no order.
        const told = trace.events.filter(
          ({ id, kind }) =>
            places.has(id) &&
            (kind !== "send" || trace.events.some((other) => other.kind === "deliver" && other.cause === id)),
        );
        for (const a of told) {
          for (const b of told) {
            if (b.kind === "drop" || !happensBefore(a.id, b.id)) continue;
            const message = a.kind === "send" && b.kind === "deliver" && b.cause === a.id;
            if (message && places.get(a.id) === places.get(b.id)) folded++;
            else expect([places.get(a.id)! < places.get(b.id)!, a, b]).toEqual([true, a, b]);
          }
        }
        const numbers = drawDiagram(trace).match(/^[! ] *\d+(?= )/gm) ?? [];
        expect(numbers.filter((text) => text.length === 3)).toHaveLength(countedEvents(trace.events));
        for (const line of drawDiagram(trace).split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(80);
      }),
      { seed: 3, numRuns: 100 },
    );
    expect(folded).toBeGreaterThan(100);
  });
});
