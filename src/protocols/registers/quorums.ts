import { assert, majorityOf, type NodeId } from "../../model/index.ts";

/**
 * A quorum system: which sets of processes suffice for a read, and which for a write. Supersets of quorums are quorums.
 * What a register needs of it is that every read quorum meets every write quorum (Q1, `findDisjointQuorums`).
 */
export interface Quorums {
  readonly name: string;
  readonly source: string;
  /** Whether answers of these members, of `all` processes, suffice to read. */
  readonly isRead: (members: readonly NodeId[], all: readonly NodeId[]) => boolean;
  /** Whether a value that these members hold, of `all` processes, counts as written. */
  readonly isWrite: (members: readonly NodeId[], all: readonly NodeId[]) => boolean;
}

/** More than half of all, to read and to write. Thomas 1979, A Majority Consensus Approach to Concurrency Control. */
export const majorityQuorums: Quorums = {
  name: "majority",
  source: "Thomas 1979, A Majority Consensus Approach to Concurrency Control",
  isRead: (members, all) => members.length >= majorityOf(all.length),
  isWrite: (members, all) => members.length >= majorityOf(all.length),
};

/** Any `read` processes to read, any `write` processes to write: they meet when read + write > n. */
export const countedQuorums = (read: number, write: number): Quorums => ({
  name: `R=${read}, W=${write}`,
  source: "Gifford 1979, Weighted Voting for Replicated Data (one vote each)",
  isRead: (members) => members.length >= read,
  isWrite: (members) => members.length >= write,
});

/**
 * Every process has votes; `read` votes suffice to read, `write` votes to write. They meet when read + write exceeds
 * the sum of all votes. Gifford 1979, Weighted Voting for Replicated Data.
 */
export const weightedQuorums = (votes: readonly number[], read: number, write: number): Quorums => {
  const sumOf = (members: readonly NodeId[]): number => members.reduce((sum, node) => sum + (votes[node] ?? 0), 0);
  return {
    name: `votes ${votes.join(" ")}, R=${read}, W=${write}`,
    source: "Gifford 1979, Weighted Voting for Replicated Data",
    isRead: (members) => sumOf(members) >= read,
    isWrite: (members) => sumOf(members) >= write,
  };
};

/**
 * Processes in rows of `columns`: one process of each column suffices to read; a write takes a whole column and one
 * process of each other column, so that writes meet each other too. About √n messages to read, 2√n to write.
 *
 * Cheung, Ammar, Ahamad 1990, The Grid Protocol.
 */
export const gridQuorums = (columns: number): Quorums => {
  const columnsOf = (all: readonly NodeId[]): readonly (readonly NodeId[])[] =>
    Array.from({ length: columns }, (_, column) => all.filter((_node, at) => at % columns === column));
  const touchesEach = (members: readonly NodeId[], all: readonly NodeId[]): boolean =>
    columnsOf(all).every((column) => column.some((node) => members.includes(node)));
  return {
    name: `grid of ${columns} columns`,
    source: "Cheung, Ammar, Ahamad 1990, The Grid Protocol",
    isRead: touchesEach,
    isWrite: (members, all) =>
      touchesEach(members, all) && columnsOf(all).some((column) => column.every((node) => members.includes(node))),
  };
};

/**
 * A binary tree, process 0 its root, 2i+1 and 2i+2 the children of i: a path from the root to a leaf, where a missing
 * process is replaced by paths from both its children. log n processes while nobody is down.
 *
 * Agrawal, El Abbadi 1990, The Tree Quorum Protocol.
 */
export const treeQuorums: Quorums = {
  name: "tree",
  source: "Agrawal, El Abbadi 1990, The Tree Quorum Protocol",
  isRead: (members, all) => isTreeQuorum(members, all.length, 0),
  isWrite: (members, all) => isTreeQuorum(members, all.length, 0),
};

const isTreeQuorum = (members: readonly NodeId[], n: number, root: number): boolean => {
  const children = [2 * root + 1, 2 * root + 2].filter((child) => child < n);
  if (members.includes(root)) return children.length === 0 || children.some((child) => isTreeQuorum(members, n, child));
  return children.length > 0 && children.every((child) => isTreeQuorum(members, n, child));
};

/**
 * Quorums that meet in 2f + 1 processes, so that the correct ones among them outnumber f liars: ⌈(n + 2f + 1) / 2⌉ of n.
 * Some such quorum is without traitors only when n > 4f. Malkhi, Reiter 1998, Byzantine Quorum Systems.
 */
export const maskingQuorums = (f: number): Quorums => {
  const suffices = (members: readonly NodeId[], all: readonly NodeId[]): boolean =>
    2 * members.length >= all.length + 2 * f + 1;
  return {
    name: `masking f=${f}`,
    source: "Malkhi, Reiter 1998, Byzantine Quorum Systems",
    isRead: suffices,
    isWrite: suffices,
  };
};

/** A read and a write quorum that meet in too few processes. */
export interface DisjointQuorums {
  readonly read: readonly NodeId[];
  readonly write: readonly NodeId[];
  readonly common: readonly NodeId[];
}

/** Processes up to which every subset is looked at. */
const exhaustiveMax = 16;

/**
 * Q1, intersection, decided by looking at every pair of smallest quorums: a pair that meets in fewer than `needed`
 * processes, of the fewest processes, or null when there is none. 1 for registers and consensus under crashes, f + 1
 * where one correct process must be common, 2f + 1 where liars must be outvoted.
 */
export const findDisjointQuorums = ({ isRead, isWrite }: Quorums, n: number, needed = 1): DisjointQuorums | null => {
  const all = Array.from({ length: n }, (_, node) => node);
  const reads = smallestQuorums(all, isRead);
  const writes = smallestQuorums(all, isWrite);
  let best: DisjointQuorums | null = null;
  for (const read of reads) {
    for (const write of writes) {
      const common = read.filter((node) => write.includes(node));
      if (common.length >= needed) continue;
      if (best === null || read.length + write.length < best.read.length + best.write.length)
        best = { read, write, common };
    }
  }
  return best;
};

/** The quorums that stop being one whoever is taken out, smaller ones first. */
export const smallestQuorums = (
  all: readonly NodeId[],
  isQuorum: (members: readonly NodeId[], all: readonly NodeId[]) => boolean,
): readonly (readonly NodeId[])[] => {
  assert(all.length <= exhaustiveMax, `every subset of ${all.length} processes is too many: at most ${exhaustiveMax}`);
  const found: NodeId[][] = [];
  for (let mask = 1; mask < 1 << all.length; mask++) {
    const members = all.filter((_, at) => ((mask >>> at) & 1) === 1);
    const without = (left: NodeId): readonly NodeId[] => members.filter((node) => node !== left);
    if (isQuorum(members, all) && members.every((node) => !isQuorum(without(node), all))) found.push(members);
  }
  return found.sort((a, b) => a.length - b.length);
};
