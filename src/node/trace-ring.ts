import type { NodeId, TraceEvent, TraceKind } from "../model/index.ts";

/**
 * The latest events of a node, in columns, so that keeping them makes no garbage: no bodies, no values of users. Ids go
 * on counting over what was overwritten.
 */
export class TraceRing {
  readonly #size: number;
  readonly #kinds: TraceKind[];
  readonly #paths: string[];
  readonly #names: string[];
  readonly #monotonic: Float64Array;
  readonly #wall: Float64Array;
  readonly #causes: Float64Array;
  readonly #peers: Float64Array;
  #next = 0;

  constructor(size: number) {
    this.#size = size;
    this.#kinds = new Array<TraceKind>(size).fill("note");
    this.#paths = new Array<string>(size).fill("");
    this.#names = new Array<string>(size).fill("");
    this.#monotonic = new Float64Array(size);
    this.#wall = new Float64Array(size);
    this.#causes = new Float64Array(size);
    this.#peers = new Float64Array(size);
  }

  /** Keeps an event, in the place of the oldest one; -1 stands for no cause and no peer. Returns its id. */
  add(
    kind: TraceKind,
    monotonic: number,
    wall: number,
    cause: number,
    peer: number,
    path: string,
    name: string,
  ): number {
    const id = this.#next++;
    if (this.#size === 0) return id;
    const at = id % this.#size;
    this.#kinds[at] = kind;
    this.#paths[at] = path;
    this.#names[at] = name;
    this.#monotonic[at] = monotonic;
    this.#wall[at] = wall;
    this.#causes[at] = cause;
    this.#peers[at] = peer;
    return id;
  }

  /** What it holds, oldest first. A cause that was overwritten is left out. */
  events(node: NodeId, incarnation: number): TraceEvent[] {
    const first = Math.max(0, this.#next - this.#size);
    return Array.from({ length: this.#next - first }, (_, count) =>
      this.#event(first + count, first, node, incarnation),
    );
  }

  #event(id: number, first: number, node: NodeId, incarnation: number): TraceEvent {
    const at = id % this.#size;
    const cause = this.#causes[at]!;
    const peer = this.#peers[at]!;
    return {
      id,
      kind: this.#kinds[at]!,
      node,
      incarnation,
      at: this.#monotonic[at]!,
      monotonic: this.#monotonic[at]!,
      wall: this.#wall[at]!,
      ...(cause >= first ? { cause } : {}),
      ...(peer >= 0 ? { peer } : {}),
      ...(this.#paths[at] === "" ? {} : { path: this.#paths[at] }),
      ...(this.#names[at] === "" ? {} : { name: this.#names[at] }),
    };
  }
}
