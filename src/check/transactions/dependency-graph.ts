import { grown } from "../configuration-table.ts";
import { Patience } from "../patience.ts";

/**
 * What an edge says, as a bit. `onward` leads from a vertex that stands for no transaction and adds no step. The last four
 * are dependencies that only hold if versions come in the order of a session, or of real time.
 */
export const dependency = {
  ww: 1,
  wr: 2,
  rw: 4,
  process: 8,
  realtime: 16,
  onward: 32,
  wwBySession: 64,
  rwBySession: 128,
  wwByTime: 256,
  rwByTime: 512,
} as const;

/** Every way in which a transaction depends on one whose write it missed. */
export const anyRead: number = dependency.rw | dependency.rwBySession | dependency.rwByTime;

/** Every label. */
export const anyLabel: number = Object.values(dependency).reduce<number>((all, bit) => all | bit, 0);

/** Bytes of an edge, in the lists of edges and in the graph; and of a vertex, in the graph and in what is asked of it. */
const bytesAnEdge = 26;
const bytesAVertex = 28;

/**
 * Edges as they are found. Vertices below `transactions` are transactions; further ones are joints that carry many
 * dependencies in few edges. What leads into a joint says of which kind the dependency is.
 */
export class DependencyEdges {
  readonly transactions: number;
  readonly #patience: Patience;
  #vertices: number;
  #count = 0;
  #from: Int32Array = new Int32Array(1024);
  #to: Int32Array = new Int32Array(1024);
  #label: Int32Array = new Int32Array(1024);
  /** The number of the key that a dependency is about. */
  #key: Int32Array = new Int32Array(1024);

  constructor(transactions: number, patience: Patience = new Patience()) {
    this.transactions = transactions;
    this.#patience = patience;
    this.#vertices = transactions;
  }

  /** A new joint. */
  joint(): number {
    return this.#vertices++;
  }

  /** Adds an edge. Nothing depends on itself. */
  add(from: number, to: number, label: number, key: number): void {
    if (from === to) return;
    if (this.#count === this.#from.length) this.#grow();
    this.#from[this.#count] = from;
    this.#to[this.#count] = to;
    this.#label[this.#count] = label;
    this.#key[this.#count++] = key;
  }

  /**
   * Everyone in `sources` depends with everyone in `targets`, but nobody with himself: in a number of edges that grows
   * with the number of the two, not with their product. `targets` are distinct.
   */
  addAll(
    sources: readonly { readonly vertex: number; readonly label: number }[],
    targets: Int32Array,
    key: number,
  ): void {
    if (sources.length * targets.length <= 4 * (sources.length + targets.length)) {
      for (const { vertex, label } of sources) for (const target of targets) this.add(vertex, target, label, key);
      return;
    }
    // One chain of joints leads to all targets before a place, another to all after one: a source that is a target
    // itself enters both, to the left and to the right of its own place.
    const places = new Map<number, number>();
    const before: number[] = [];
    for (const [place, target] of targets.entries()) {
      places.set(target, place);
      before.push(this.joint());
      this.add(before[place]!, target, dependency.onward, key);
      if (place > 0) this.add(before[place]!, before[place - 1]!, dependency.onward, key);
    }
    const after = new Int32Array(targets.length);
    for (let place = targets.length - 1; place >= 0; place--) {
      after[place] = this.joint();
      this.add(after[place]!, targets[place]!, dependency.onward, key);
      if (place + 1 < targets.length) this.add(after[place]!, after[place + 1]!, dependency.onward, key);
    }
    for (const { vertex, label } of sources) {
      const own = places.get(vertex) ?? targets.length;
      if (own > 0) this.add(vertex, before[own - 1]!, label, key);
      if (own + 1 < targets.length) this.add(vertex, after[own + 1]!, label, key);
    }
  }

  /** The graph so far. */
  graph(): DependencyGraph {
    const count = this.#count;
    return new DependencyGraph(this.#vertices, count, this.#from, this.#to, this.#label, this.#key);
  }

  #grow(): void {
    this.#patience.needs(2 * this.#count * bytesAnEdge + this.#vertices * bytesAVertex);
    this.#from = grown(this.#from);
    this.#to = grown(this.#to);
    this.#label = grown(this.#label);
    this.#key = grown(this.#key);
  }
}

/** A graph whose edges stand in one array, vertex after vertex. */
export class DependencyGraph {
  readonly vertices: number;
  readonly edges: number;
  /** By vertex, and one more: where its edges begin. */
  readonly first: Int32Array;
  /** By edge. */
  readonly to: Int32Array;
  readonly label: Uint16Array;
  readonly key: Int32Array;

  /** From lists of edges in any order; the first `edges` of each list count. */
  constructor(vertices: number, edges: number, from: Int32Array, to: Int32Array, label: Int32Array, key: Int32Array) {
    this.vertices = vertices;
    this.edges = edges;
    this.first = new Int32Array(vertices + 1);
    for (let edge = 0; edge < edges; edge++) this.first[from[edge]! + 1]!++;
    for (let vertex = 0; vertex < vertices; vertex++) {
      this.first[vertex + 1] = this.first[vertex + 1]! + this.first[vertex]!;
    }
    const next = this.first.slice(0, vertices);
    this.to = new Int32Array(edges);
    this.label = new Uint16Array(edges);
    this.key = new Int32Array(edges);
    for (let edge = 0; edge < edges; edge++) {
      const place = next[from[edge]!]!++;
      this.to[place] = to[edge]!;
      this.label[place] = label[edge]!;
      this.key[place] = key[edge]!;
    }
  }
}
