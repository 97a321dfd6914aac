import type { NodeId } from "../../model/index.ts";
import { type Draw, integer, type Script } from "../../simulate/index.ts";

/** The orders that a commander may give; the second is what generals do without one. */
export const orders = ["attack", "retreat"] as const;
/** General 0 commands. */
export const commander: NodeId = 0;
/** Milliseconds of a round: twice the longest delay of a synchronous network. */
export const roundMs = 20;

/** Parameters of the generals: m is how often orders are passed on; -1 stands for f, as the theorem wants it. */
export const councilParameters: Record<"n" | "f" | "m", ReturnType<typeof integer>> = {
  n: integer("generals, the commander among them", 4, 2, 10),
  f: integer("traitors", 1, 0, 3),
  m: integer("times that orders are passed on; -1: as many as there are traitors", -1, -1, 3),
};

/** The commander gives one order at the start. */
export const oneOrder = (draw: Draw): readonly Script[] => [
  { node: commander, calls: [{ request: "order", args: [draw.pick("order", orders)] }] },
];

/** Every way that an order can come in at most m + 1 steps, from the commander through distinct generals. */
export const waysOf = (n: number, m: number): readonly (readonly NodeId[])[] => {
  const ways: NodeId[][] = [[commander]];
  for (let at = 0; at < ways.length; at++) {
    const way = ways[at]!;
    if (way.length > m) continue;
    for (let node = 0; node < n; node++) if (!way.includes(node)) ways.push([...way, node]);
  }
  return ways;
};
