import type { NodeId } from "../../model/index.ts";

/** The name of an update: which process made it, and the how-manieth of that process it is, from 1. */
export interface Dot {
  readonly node: NodeId;
  readonly number: number;
}

/** Which updates of one process were seen: the first `upTo`, and the numbers in `beyond`, ascending. */
export interface SeenOf {
  readonly upTo: number;
  readonly beyond: readonly number[];
}

/**
 * Which updates a replica has seen, by process: a version vector with exceptions. Where updates come in order, as with
 * causal broadcast or whole states, `beyond` stays empty and it is a version vector.
 */
export type Seen = readonly SeenOf[];

const nothing: SeenOf = { upTo: 0, beyond: [] };

/** Whether an update was seen. */
export const hasSeen = (seen: Seen, { node, number }: Dot): boolean => {
  const { upTo, beyond } = seen[node] ?? nothing;
  return number <= upTo || beyond.includes(number);
};

/** The same with one update more. */
export const withDot = (seen: Seen, dot: Dot): Seen => {
  if (hasSeen(seen, dot)) return seen;
  return seen.with(dot.node, unionOf(seen[dot.node] ?? nothing, { upTo: 0, beyond: [dot.number] }));
};

/** What either has seen. */
export const unionOfSeen = (a: Seen, b: Seen): Seen => a.map((one, node) => unionOf(one, b[node] ?? nothing));

/** Whether `a` has seen all that `b` has. */
export const hasSeenAllOf = (a: Seen, b: Seen): boolean =>
  b.every(({ upTo, beyond }, node) => {
    const own = a[node] ?? nothing;
    // Counted, not gone through: a vector may be millions ahead of this one.
    const between = own.beyond.filter((number) => number <= upTo).length;
    return between >= upTo - own.upTo && beyond.every((number) => hasSeen(a, { node, number }));
  });

const unionOf = (a: SeenOf, b: SeenOf): SeenOf => {
  let upTo = Math.max(a.upTo, b.upTo);
  const rest = [...new Set([...a.beyond, ...b.beyond])].filter((number) => number > upTo).sort((x, y) => x - y);
  while (rest[0] === upTo + 1) {
    upTo++;
    rest.shift();
  }
  return { upTo, beyond: rest };
};
