import { equalContent, hashContent } from "./content-equality.ts";
import { illegal, type Specification, SpecificationError } from "./specification.ts";

/** A small value with its places in two lists. */
const bytesAValue = 100;

/** Gives equal data one small integer: 0, 1, 2 … in the order of first sight. */
export class Interner<Value> {
  readonly #values: Value[] = [];
  readonly #hashes: number[] = [];
  #slots = new Int32Array(64);

  /** The number of a value. */
  idOf(value: Value): number {
    const hash = hashContent(value);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let id = this.#slots[slot]! - 1; id >= 0; id = this.#slots[slot]! - 1) {
      if (this.#hashes[id] === hash && equalContent(this.#values[id], value)) return id;
      slot = (slot + 1) & mask;
    }
    const fresh = this.#values.length;
    this.#slots[slot] = fresh + 1;
    this.#values.push(value);
    this.#hashes.push(hash);
    if (this.#values.length * 2 > mask) this.#grow();
    return fresh;
  }

  valueOf(id: number): Value {
    return this.#values[id] as Value;
  }

  get size(): number {
    return this.#values.length;
  }

  /** The memory that it takes, about: of the values it is not known. */
  get bytes(): number {
    return this.#slots.byteLength + this.#values.length * bytesAValue;
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let id = 0; id < this.#hashes.length; id++) {
      let slot = this.#hashes[id]! & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.#slots = slots;
  }
}

/** What an operation does, apart from who does it and when: operations with the same action are interchangeable. */
export interface Action<Input, Output> {
  readonly input: Input;
  readonly output: Output | undefined;
}

/** No state: the action is illegal. */
export const noState = -1;

/** (first, second) → value, in open addressing over typed arrays. */
class PairTable {
  #cells = new Int32Array(3 * 64).fill(-1);
  #size = 0;

  /** The place of a pair: its own, or the free one where it belongs. */
  #placeOf(cells: Int32Array, first: number, second: number): number {
    const mask = cells.length / 3 - 1;
    let hash = Math.imul(Math.imul(first, 0x9e3779b1) ^ second, 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const place = 3 * at;
      if (cells[place] === -1 || (cells[place] === first && cells[place + 1] === second)) return place;
    }
  }

  get bytes(): number {
    return this.#cells.byteLength;
  }

  /** The value of a pair, or `undefined`. */
  get(first: number, second: number): number | undefined {
    const place = this.#placeOf(this.#cells, first, second);
    return this.#cells[place] === -1 ? undefined : this.#cells[place + 2];
  }

  set(first: number, second: number, value: number): void {
    this.#put(this.#cells, first, second, value);
    this.#size++;
    if (this.#size * 6 > this.#cells.length) this.#grow();
  }

  #put(cells: Int32Array, first: number, second: number, value: number): void {
    const place = this.#placeOf(cells, first, second);
    cells[place] = first;
    cells[place + 1] = second;
    cells[place + 2] = value;
  }

  #grow(): void {
    const cells = new Int32Array(this.#cells.length * 2).fill(-1);
    for (let place = 0; place < this.#cells.length; place += 3) {
      if (this.#cells[place] !== -1) {
        this.#put(cells, this.#cells[place]!, this.#cells[place + 1]!, this.#cells[place + 2]!);
      }
    }
    this.#cells = cells;
  }
}

/**
 * The specification as a table that fills itself: states and actions are small integers, and each (state, action) asks
 * the specification once. Searches then work on integers only.
 */
export class Transitions<State, Input, Output> {
  readonly #specification: Specification<State, Input, Output>;
  readonly #states = new Interner<State>();
  readonly #actions = new Interner<Action<Input, Output>>();
  readonly #readOnly: boolean[] = [];
  readonly #selective: boolean[] = [];
  readonly #next = new PairTable();

  constructor(specification: Specification<State, Input, Output>) {
    this.#specification = specification;
  }

  /** The memory that it takes, about. */
  get bytes(): number {
    return this.#states.bytes + this.#actions.bytes + this.#next.bytes;
  }

  stateOf(state: State): number {
    return this.#states.idOf(state);
  }

  state(id: number): State {
    return this.#states.valueOf(id);
  }

  actionOf(input: Input, output: Output | undefined): number {
    const id = this.#actions.idOf({ input, output });
    if (id === this.#readOnly.length) this.#readOnly.push(this.#specification.readOnly?.(input, output) ?? false);
    return id;
  }

  /** Whether an action changes no state at all, by the word of the specification. */
  readOnly(action: number): boolean {
    return this.#readOnly[action]!;
  }

  /** Whether an action was illegal in some state so far. */
  isSelective(action: number): boolean {
    return this.#selective[action] === true;
  }

  /** The state after an action, or `noState`. Throws `SpecificationError` when a read-only action changes a state. */
  next(state: number, action: number): number {
    return this.#next.get(state, action) ?? this.#ask(state, action);
  }

  #ask(state: number, action: number): number {
    const { input, output } = this.#actions.valueOf(action);
    const after = this.#specification.step(this.#states.valueOf(state), input, output);
    const next = after === illegal ? noState : this.#states.idOf(after);
    if (next !== noState && next !== state && this.#readOnly[action]) {
      throw new SpecificationError(
        `${this.#specification.name}: an operation that it calls read-only changes the state; check readOnly`,
      );
    }
    if (next === noState) this.#selective[action] = true;
    this.#next.set(state, action, next);
    return next;
  }
}
