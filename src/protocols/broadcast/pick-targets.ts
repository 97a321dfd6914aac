import type { NodeId } from "../../model/index.ts";

/** So many different processes besides this one, drawn evenly (Floyd's sampling: one draw for each). */
export const pickTargets = (
  nodes: readonly NodeId[],
  self: NodeId,
  count: number,
  random: (name: string, below: number) => number,
): readonly NodeId[] => {
  const others = nodes.length - 1;
  const picked: number[] = [];
  for (let last = Math.max(0, others - count); last < others; last++) {
    const drawn = random("target", last + 1);
    picked.push(picked.includes(drawn) ? last : drawn);
  }
  // Nodes are ascending: the places from this process on move up by one.
  return picked.map((place) => (nodes[place]! < self ? nodes[place]! : nodes[place + 1]!));
};
