import type { NodeId } from "../model/index.ts";

/** Which links are cut now. Several partitions may hold at once. */
export class PartitionTable {
  readonly #n: number;
  readonly #cuts: Uint8Array;
  #active = 0;

  constructor(n: number) {
    this.#n = n;
    this.#cuts = new Uint8Array(n * n);
  }

  /** Whether any link is cut. */
  get active(): boolean {
    return this.#active > 0;
  }

  /** Whether a message from one node to another cannot pass now. */
  cuts(from: NodeId, to: NodeId): boolean {
    return this.#active > 0 && this.#cuts[from * this.#n + to]! > 0;
  }

  /** Cuts (by 1) or mends (by -1) the links from left to right, and back unless one-way. A node on both sides is a bridge. */
  change(left: readonly NodeId[], right: readonly NodeId[], oneWay: boolean, by: 1 | -1): void {
    this.#active += by;
    for (const from of left) {
      if (right.includes(from)) continue;
      for (const to of right) {
        if (left.includes(to)) continue;
        this.#cuts[from * this.#n + to]! += by;
        if (!oneWay) this.#cuts[to * this.#n + from]! += by;
      }
    }
  }
}
