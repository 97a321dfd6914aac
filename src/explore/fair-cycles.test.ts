import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { componentsOf } from "./components.ts";
import { type FairGraph, fairComponents } from "./fair-cycles.ts";
import { fairTour } from "./fair-tour.ts";

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly action: number;
  readonly causes: readonly number[];
}

interface Plain {
  readonly vertices: number;
  readonly edges: readonly Edge[];
  /** By vertex. */
  readonly owed: readonly (readonly number[])[];
  readonly hidden: readonly (readonly number[])[];
  readonly needing: readonly number[];
}

const packed = (lists: readonly (readonly number[])[]): { readonly first: Int32Array; readonly all: Int32Array } => {
  const first = [0];
  for (const list of lists) first.push(first.at(-1)! + list.length);
  return { first: Int32Array.from(first), all: Int32Array.from(lists.flat()) };
};

/** The edges in the order in which the graph has them. */
const sortedEdges = ({ vertices, edges }: Plain): readonly Edge[] =>
  Array.from({ length: vertices }, (_, vertex) => edges.filter(({ from }) => from === vertex)).flat();

const graphOf = (plain: Plain): FairGraph => {
  const { vertices, owed, hidden, needing } = plain;
  const edges = sortedEdges(plain);
  const out = packed(owed.map((_, vertex) => edges.flatMap(({ from }, edge) => (from === vertex ? [edge] : []))));
  const duties = packed(owed);
  const causes = packed(edges.map((edge) => edge.causes));
  return {
    vertices,
    firstOf: out.first,
    targets: Int32Array.from(edges, ({ to }) => to),
    actions: Int32Array.from(edges, ({ action }) => action),
    owedFirst: duties.first,
    owed: duties.all,
    hides: (vertex, action) => hidden[vertex]!.includes(action) && !owed[vertex]!.includes(action),
    causedFirst: causes.first,
    caused: causes.all,
    needsCause: (action) => needing.includes(action),
  };
};

/** Whether a run that visits just these vertices and takes just these edges, all of them for ever, is fair. */
const isFair = ({ owed, hidden, needing }: Plain, vertices: readonly number[], edges: readonly Edge[]): boolean => {
  const taken = new Set(edges.map(({ action }) => action));
  const caused = new Set(edges.flatMap(({ causes }) => causes));
  const duties = new Set(vertices.flatMap((vertex) => owed[vertex]!));
  const isDenied = (action: number): boolean =>
    !taken.has(action) &&
    vertices.every((vertex) => owed[vertex]!.includes(action) || hidden[vertex]!.includes(action));
  if ([...duties].some(isDenied)) return false;
  if ([...taken].some((action) => needing.includes(action) && !caused.has(action))) return false;
  return [...caused].every((action) => taken.has(action));
};

/** Whether one closed walk can take all of these edges: from every end of them every other one is reached. */
const isClosed = (edges: readonly Edge[]): boolean => {
  const ends = [...new Set(edges.flatMap(({ from, to }) => [from, to]))];
  const reach = ends.map((a) => ends.map((b) => a === b || edges.some(({ from, to }) => from === a && to === b)));
  for (const [via] of ends.entries())
    for (const row of reach) if (row[via]) for (const [to] of ends.entries()) row[to] ||= reach[via]![to]!;
  return reach.every((row) => row.every(Boolean));
};

/** By trying every set of edges that a run could take for ever. */
const someFairRun = (plain: Plain): boolean => {
  const { vertices, edges } = plain;
  for (let vertex = 0; vertex < vertices; vertex++) if (isFair(plain, [vertex], [])) return true;
  for (let set = 1; set < 1 << edges.length; set++) {
    const chosen = edges.filter((_, at) => (set & (1 << at)) !== 0);
    const ends = [...new Set(chosen.flatMap(({ from, to }) => [from, to]))];
    if (isClosed(chosen) && isFair(plain, ends, chosen)) return true;
  }
  return false;
};

const some = (below: number): fc.Arbitrary<readonly number[]> =>
  fc.subarray(Array.from({ length: below }, (_, at) => at));

const plainGraph = fc.integer({ min: 1, max: 4 }).chain((vertices) => {
  const vertex = fc.integer({ min: 0, max: vertices - 1 });
  const edge = fc.record({ from: vertex, to: vertex, action: fc.integer({ min: 0, max: 3 }), causes: some(4) });
  const lists = fc.array(some(4), { minLength: vertices, maxLength: vertices });
  const edges = fc.array(edge, { maxLength: 7 });
  return fc.record({ vertices: fc.constant(vertices), edges, owed: lists, hidden: lists, needing: some(4) });
});

describe("fair components", () => {
  it("are there just where some set of edges can be taken for ever by a fair run", () => {
    const found = { some: 0, none: 0 };
    fc.assert(
      fc.property(plainGraph, (plain) => {
        const components = fairComponents(graphOf(plain), new Uint8Array(plain.vertices).fill(1));
        found[components.length > 0 ? "some" : "none"]++;
        expect(components.length > 0).toBe(someFairRun(plain));
      }),
      { numRuns: 1_500 },
    );
    expect(Math.min(found.some, found.none)).toBeGreaterThan(100);
  });

  it("have a fair cycle through each of their vertices, and it is told", () => {
    let cycles = 0;
    fc.assert(
      fc.property(plainGraph, (plain) => {
        const graph = graphOf(plain);
        const edges = sortedEdges(plain);
        for (const component of fairComponents(graph, new Uint8Array(plain.vertices).fill(1)))
          for (const start of component.vertices) {
            const tour = fairTour(graph, component, start)!;
            const taken = tour.map(({ edge }) => edges[edge]!);
            if (taken.length > 0) cycles++;
            for (const [at, { to }] of taken.entries()) expect(taken[(at + 1) % taken.length]!.from).toBe(to);
            expect(taken[0]?.from ?? start).toBe(start);
            expect(isFair(plain, [start, ...taken.map(({ to }) => to)], taken)).toBe(true);
          }
      }),
      { numRuns: 1_200 },
    );
    expect(cycles).toBeGreaterThan(100);
  });

  it("strong components are the classes of vertices that reach each other, later ones leading to earlier ones", () => {
    fc.assert(
      fc.property(plainGraph, (plain) => {
        const { firstOf, targets } = graphOf(plain);
        const component = componentsOf(plain.vertices, firstOf, targets);
        const all = Array.from({ length: plain.vertices }, (_, vertex) => vertex);
        const reach = all.map((a) =>
          all.map((b) => a === b || plain.edges.some(({ from, to }) => from === a && to === b)),
        );
        for (const via of all)
          for (const row of reach) if (row[via]) for (const to of all) row[to] ||= reach[via]![to]!;
        for (const a of all)
          for (const b of all) {
            expect(component[a] === component[b]).toBe(reach[a]![b]! && reach[b]![a]!);
            if (reach[a]![b]!) expect(component[a]).toBeGreaterThanOrEqual(component[b]!);
          }
      }),
    );
  });
});
