/**
 * A process of the system. Ids are dense (0, 1, 2 …) within a scenario, so that they can index arrays.
 * The brand is optional: a number literal is an id, an id never silently becomes a term or an index.
 */
export type NodeId = number & { readonly brand?: "NodeId" };

/** The number of an event in its run: 0 is the first. Trace events name their cause by it. */
export type EventId = number & { readonly brand?: "EventId" };

/** How often a process was started: 0 at first boot, one more after each recovery. */
export type Incarnation = number & { readonly brand?: "Incarnation" };

/** The site of a process: itself and the processes that it works with, itself among them. */
export interface Site {
  readonly self: NodeId;
  readonly nodes: readonly NodeId[];
}

/**
 * One value for each member of a group, indexed by id (ids of processes outside the group leave no hole).
 * Two calls never share a value.
 */
export const perNode = <T>(nodes: readonly NodeId[], make: (node: NodeId) => T): T[] =>
  Array.from({ length: Math.max(-1, ...nodes) + 1 }, (_, node) => make(node));

/** The smallest number of processes that is more than half of `n`: any two such sets intersect. */
export const majorityOf = (n: number): number => Math.floor(n / 2) + 1;
