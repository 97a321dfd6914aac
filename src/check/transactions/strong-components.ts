import type { DependencyGraph } from "./dependency-graph.ts";

/** The strongly connected components of a graph. */
export interface StrongComponents {
  /** By vertex: the number of its component. A component's number is above those of all that it leads to. */
  readonly component: Int32Array;
  /** By component: how many vertices it has. */
  readonly size: Int32Array;
}

/**
 * Finds them along the edges that have one of the labels (Tarjan 1972), with stacks of its own: the call stack would end
 * at some thousands of vertices.
 */
export const strongComponents = ({ vertices, first, to, label }: DependencyGraph, labels: number): StrongComponents => {
  const component = new Int32Array(vertices).fill(-1);
  const size = new Int32Array(vertices);
  const index = new Int32Array(vertices).fill(-1);
  const low = new Int32Array(vertices);
  const edge = new Int32Array(vertices);
  const path = new Int32Array(vertices);
  const open = new Int32Array(vertices);
  let indices = 0;
  let components = 0;
  let openCount = 0;
  for (let root = 0; root < vertices; root++) {
    if (index[root]! >= 0) continue;
    let depth = 0;
    path[0] = root;
    index[root] = low[root] = indices++;
    edge[root] = first[root]!;
    open[openCount++] = root;
    while (depth >= 0) {
      const vertex = path[depth]!;
      const end = first[vertex + 1]!;
      let at = edge[vertex]!;
      let lowest = low[vertex]!;
      let deeper = -1;
      for (; at < end; at++) {
        if ((label[at]! & labels) === 0) continue;
        const next = to[at]!;
        if (index[next]! < 0) {
          deeper = next;
          at++;
          break;
        }
        if (component[next]! < 0 && index[next]! < lowest) lowest = index[next]!;
      }
      edge[vertex] = at;
      low[vertex] = lowest;
      if (deeper >= 0) {
        index[deeper] = low[deeper] = indices++;
        edge[deeper] = first[deeper]!;
        open[openCount++] = deeper;
        path[++depth] = deeper;
        continue;
      }
      if (lowest === index[vertex]!) {
        let member: number;
        do {
          member = open[--openCount]!;
          component[member] = components;
          size[components]!++;
        } while (member !== vertex);
        components++;
      }
      depth--;
      if (depth >= 0 && lowest < low[path[depth]!]!) low[path[depth]!] = lowest;
    }
  }
  return { component, size: size.subarray(0, components) };
};
