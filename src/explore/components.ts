/**
 * The strongly connected components of a graph: for each of `count` vertices the number of its component. Components that
 * come later in the numbering lead to earlier ones, never the other way.
 *
 * Without recursion: a graph of states is deeper than any call stack.
 * Source: Tarjan 1972, Depth-first search and linear graph algorithms, 4.
 *
 * @param firstOf Where the edges of a vertex begin in `targets`; they end where those of the next vertex begin.
 * @param targets By edge the vertex that it leads to, or -1 for an edge that is not there.
 */
export const componentsOf = (count: number, firstOf: Int32Array, targets: Int32Array): Int32Array => {
  const component = new Int32Array(count).fill(-1);
  // The order of discovery from 1 on, and the earliest vertex on the stack that is reached.
  const order = new Int32Array(count);
  const low = new Int32Array(count);
  const nextEdge = new Int32Array(count);
  const path: number[] = [];
  const stack: number[] = [];
  let [discovered, components] = [0, 0];
  const enter = (vertex: number): void => {
    discovered++;
    order[vertex] = discovered;
    low[vertex] = discovered;
    nextEdge[vertex] = firstOf[vertex]!;
    path.push(vertex);
    stack.push(vertex);
  };
  const leave = (vertex: number): void => {
    path.pop();
    const above = path.at(-1);
    if (above !== undefined && low[vertex]! < low[above]!) low[above] = low[vertex]!;
    if (low[vertex] !== order[vertex]) return;
    let member: number;
    do {
      member = stack.pop()!;
      component[member] = components;
    } while (member !== vertex);
    components++;
  };
  for (let root = 0; root < count; root++) {
    if (order[root] !== 0) continue;
    enter(root);
    while (path.length > 0) {
      const vertex = path.at(-1)!;
      const edge = nextEdge[vertex]!;
      if (edge === firstOf[vertex + 1]!) leave(vertex);
      else {
        nextEdge[vertex] = edge + 1;
        const target = targets[edge]!;
        if (target < 0) continue;
        if (order[target] === 0) enter(target);
        else if (component[target] === -1 && order[target]! < low[vertex]!) low[vertex] = order[target]!;
      }
    }
  }
  return component;
};
