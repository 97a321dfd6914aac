import { describe, expect, it } from "vitest";
import { drawing } from "../testing/random-histories.ts";
import { DependencyEdges, type DependencyGraph, dependency } from "./dependency-graph.ts";
import { ShortestPaths } from "./shortest-path.ts";
import { strongComponents } from "./strong-components.ts";

const { ww, rw, onward } = dependency;

/** By vertex: the fewest steps along the labels, by plain relaxation. */
const stepsFrom = ({ vertices, first, to, label }: DependencyGraph, from: number, labels: number): number[] => {
  const steps = Array.from({ length: vertices }, (_, vertex) => (vertex === from ? 0 : Number.POSITIVE_INFINITY));
  for (let round = 0; round < vertices; round++) {
    for (let vertex = 0; vertex < vertices; vertex++) {
      for (let edge = first[vertex]!; edge < first[vertex + 1]!; edge++) {
        if ((label[edge]! & labels) === 0) continue;
        const reached = steps[vertex]! + (label[edge] === onward ? 0 : 1);
        steps[to[edge]!] = Math.min(steps[to[edge]!]!, reached);
      }
    }
  }
  return steps;
};

describe("all depend on all, but nobody on himself", () => {
  it.each([
    [3, 4],
    [20, 30],
    [30, 20],
    [40, 1],
  ])("%i sources, %i targets", (sources, targets) => {
    const count = 50;
    const edges = new DependencyEdges(count);
    // The last ten sources are targets too, where there are so many.
    const from = Array.from({ length: sources }, (_, at) => at);
    const to = Array.from({ length: targets }, (_, at) => Math.max(0, sources - 10) + at).filter((at) => at < count);
    edges.addAll(
      from.map((vertex) => ({ vertex, label: rw })),
      Int32Array.from(to),
      7,
    );
    const graph = edges.graph();
    expect(graph.edges).toBeLessThan(5 * (sources + targets));
    for (const source of from) {
      // One step only: what is reached over another transaction takes two.
      const reached = [...stepsFrom(graph, source, rw | onward).entries()].filter(
        ([vertex, steps]) => vertex < count && steps === 1,
      );
      expect(reached.map(([vertex]) => vertex)).toEqual(to.filter((target) => target !== source).sort((a, b) => a - b));
    }
    expect([...graph.key].every((key) => key === 7)).toBe(true);
  });
});

describe("random graphs", () => {
  const random = (seed: number): DependencyGraph => {
    const draw = drawing(seed);
    const vertices = 2 + draw(14);
    const edges = new DependencyEdges(vertices);
    for (let count = draw(3 * vertices); count > 0; count--) {
      edges.add(draw(vertices), draw(vertices), [ww, rw, onward][draw(3)]!, 0);
    }
    return edges.graph();
  };

  it("strong components: who reaches each other is in one, and numbers descend along edges", () => {
    for (let seed = 1; seed <= 150; seed++) {
      const graph = random(seed);
      const labels = [ww, ww | rw, ww | rw | onward][seed % 3]!;
      const { component, size } = strongComponents(graph, labels);
      const reach = Array.from({ length: graph.vertices }, (_, from) => stepsFrom(graph, from, labels));
      const wrong: [number, number][] = [];
      for (let a = 0; a < graph.vertices; a++) {
        for (let b = 0; b < graph.vertices; b++) {
          const [there, back] = [reach[a]![b]! < Number.POSITIVE_INFINITY, reach[b]![a]! < Number.POSITIVE_INFINITY];
          if ((component[a] === component[b]) !== (there && back)) wrong.push([a, b]);
          if (there && component[a]! < component[b]!) wrong.push([a, b]);
        }
        if (size[component[a]!] !== component.filter((other) => other === component[a]).length) wrong.push([a, a]);
      }
      expect(wrong, `seed ${seed}`).toEqual([]);
    }
  });

  it("paths are shortest, and not longer than asked for", () => {
    for (let seed = 1; seed <= 150; seed++) {
      const graph = random(seed);
      const paths = new ShortestPaths(graph);
      const labels = ww | rw | onward;
      for (let from = 0; from < graph.vertices; from++) {
        const steps = stepsFrom(graph, from, labels);
        const found = steps.map((_, to) => paths.find(from, to, labels, 3));
        const counted = found.map((path) => path?.filter((edge) => graph.label[edge] !== onward).length);
        expect(counted, `seed ${seed}`).toEqual(steps.map((count) => (count <= 3 ? count : undefined)));
        const ends = found.map((path, to) => (path?.at(-1) === undefined ? to : graph.to[path.at(-1)!]));
        expect(ends, `seed ${seed}`).toEqual([...steps.keys()]);
      }
    }
  });

  it("a path of 200,000 vertices needs no deep stack", () => {
    const edges = new DependencyEdges(200_000);
    for (let at = 0; at + 1 < 200_000; at++) edges.add(at, at + 1, ww, 0);
    expect(strongComponents(edges.graph(), ww).size).toHaveLength(200_000);
    edges.add(199_999, 0, rw, 0);
    expect(strongComponents(edges.graph(), ww | rw).size).toEqual(Int32Array.of(200_000));
  });
});
