import { UsageError } from "../simulate/index.ts";
import { FingerprintTable } from "./fingerprint-table.ts";
import { IntBuffer } from "./int-buffer.ts";

/** A transition system whose whole state fits into 64 bits: for models that are published as plain sets of actions. */
export interface PackedSystem {
  readonly name: string;
  /** The state to begin with, as two words of 32 bits. */
  readonly initial: readonly [low: number, high: number];
  /** The most steps that any state has. */
  readonly stepsMax: number;
  /** Writes the states that the steps of a state lead to, two words each, from place 0 on; returns how many steps. */
  successors(low: number, high: number, out: Int32Array): number;
  /** What must hold in every state. */
  readonly invariants: readonly PackedInvariant[];
  /**
   * Replaces each of `count` states by the representative of its orbit: of the states that are the same but for the names
   * of interchangeable parts, always the same one.
   */
  representatives?(states: Int32Array, count: number): void;
  /** How many unlike states are in the orbit of a state. */
  orbitOf?(low: number, high: number): number;
}

/** An invariant of a packed state. */
export interface PackedInvariant {
  readonly id: string;
  readonly text: string;
  /** Whether it holds in the state of these two words. */
  holds(low: number, high: number): boolean;
}

/** How far a search of a packed system goes. */
export interface PackedOptions {
  /** One state of each orbit of interchangeable parts. Default false. */
  readonly symmetry?: boolean;
  readonly statesMax?: number;
  readonly bytesMax?: number;
  /** True once no more time should be spent; pure rooms have no clock. */
  readonly expired?: () => boolean;
  /** Told now and then how many states were found, how many steps led to them, and how many states are open. */
  readonly progress?: (distinct: number, generated: number, open: number) => void;
}

/** What a search of a packed system found. */
export interface PackedResult {
  /** States reached, each as often as a step led to it, the initial one included. */
  readonly generated: number;
  readonly distinct: number;
  /** Where one state of each orbit was looked at: how many a search without symmetry finds and generates. */
  readonly standsFor?: { readonly distinct: number; readonly generated: number };
  readonly depth: number;
  readonly complete: boolean;
  /** Why not, where it was not. */
  readonly cut: "states" | "memory" | "time" | null;
  /** States whose steps were not taken. */
  readonly open: number;
  /** For each invariant that broke the states from the first to the one that breaks it. */
  readonly violations: ReadonlyMap<string, readonly (readonly [low: number, high: number])[]>;
  readonly bytes: number;
}

const bytesMaxDefault = 1 << 30;
const expansionsALook = 4_096;

/** Every state of a packed system, breadth first. The states are the fingerprints: nothing is taken for something else. */
export const explorePacked = (system: PackedSystem, options: PackedOptions = {}): PackedResult => {
  if (options.symmetry === true && (system.representatives === undefined || system.orbitOf === undefined))
    throw new UsageError(`${system.name} has no interchangeable parts`);
  return new PackedSearch(system, options).run();
};

class PackedSearch {
  readonly #system: PackedSystem;
  readonly #options: PackedOptions;
  readonly #visited: FingerprintTable;
  /** Every state in the order of discovery, two words each: the frontier is its end. */
  readonly #states = new IntBuffer(1 << 12);
  readonly #parents = new IntBuffer(1 << 12);
  readonly #violations = new Map<string, readonly (readonly [number, number])[]>();
  readonly #out: Int32Array;
  #generated = 1;
  #expanded = 0;
  #cut: PackedResult["cut"] = null;
  #depth = 0;
  #standsFor = 0;
  #standsForSteps = 1;
  /** The sum of what was read in advance, so that the reads are not left out. */
  #touched = 0;

  constructor(system: PackedSystem, options: PackedOptions) {
    this.#system = system;
    this.#options = options;
    this.#visited = new FingerprintTable(options.bytesMax ?? bytesMaxDefault);
    this.#out = new Int32Array(system.stepsMax * 2);
  }

  run(): PackedResult {
    const [low, high] = this.#system.initial;
    this.#visited.add(low, high);
    this.#keep(low, high, -1);
    this.#explore();
    return {
      generated: this.#generated,
      distinct: this.#visited.size,
      ...(this.#options.symmetry === true
        ? { standsFor: { distinct: this.#standsFor, generated: this.#standsForSteps } }
        : {}),
      depth: this.#depth,
      complete: this.#cut === null,
      cut: this.#cut,
      open: this.#visited.size - this.#expanded,
      violations: this.#violations,
      bytes: this.#bytes,
    };
  }

  get #bytes(): number {
    return this.#visited.bytes + this.#states.bytes + this.#parents.bytes;
  }

  #explore(): void {
    let levelEnd = 1;
    for (let number = 0; number < this.#parents.length; number++) {
      if (number % expansionsALook === 0) this.#lookAtBounds();
      if (this.#cut !== null) return;
      if (number === levelEnd) {
        levelEnd = this.#parents.length;
        this.#depth++;
      }
      this.#expand(number);
      this.#expanded++;
    }
  }

  /** Takes all steps of a state, as far as there is room. */
  #expand(number: number): void {
    const { data } = this.#states;
    const out = this.#out;
    const visited = this.#visited;
    const count = this.#system.successors(data[number * 2]!, data[number * 2 + 1]!, out);
    if (this.#options.symmetry === true) {
      this.#system.representatives?.(out, count);
      this.#standsForSteps += count * this.#system.orbitOf!(data[number * 2]!, data[number * 2 + 1]!);
    }
    this.#generated += count;
    let touched = 0;
    for (let at = 0; at < count * 2; at += 2) touched |= visited.touch(out[at]!, out[at + 1]!);
    this.#touched |= touched;
    for (let at = 0; at < count * 2; at += 2) {
      if (visited.full) {
        this.#cut = "memory";
        return;
      }
      if (visited.add(out[at]!, out[at + 1]!)) this.#keep(out[at]!, out[at + 1]!, number);
    }
  }

  #keep(low: number, high: number, parent: number): void {
    this.#states.push(low);
    this.#states.push(high);
    this.#parents.push(parent);
    if (this.#options.symmetry === true) this.#standsFor += this.#system.orbitOf!(low, high);
    for (const invariant of this.#system.invariants)
      if (!invariant.holds(low, high) && !this.#violations.has(invariant.id))
        this.#violations.set(invariant.id, this.#pathTo(this.#parents.length - 1));
  }

  #pathTo(number: number): readonly (readonly [number, number])[] {
    const path: [number, number][] = [];
    for (let at = number; at >= 0; at = this.#parents.at(at))
      path.push([this.#states.at(at * 2), this.#states.at(at * 2 + 1)]);
    return path.reverse();
  }

  #lookAtBounds(): void {
    const { statesMax = Number.POSITIVE_INFINITY, bytesMax = bytesMaxDefault, expired, progress } = this.#options;
    progress?.(this.#visited.size, this.#generated, this.#visited.size - this.#expanded);
    if (this.#visited.size >= statesMax) this.#cut = "states";
    else if (this.#bytes >= bytesMax) this.#cut = "memory";
    else if (expired?.() === true) this.#cut = "time";
  }
}
