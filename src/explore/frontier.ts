import { IntBuffer } from "./int-buffer.ts";

/**
 * The states whose steps were not taken yet: records laid end to end, each with its length before and after it. Taken in
 * the order in which they came, level by level, or the last one first; what is put off comes when all else is taken.
 */
export class Frontier {
  /** Where the record that was taken last lies, until the next one is added. */
  taken: Int32Array;
  length = 0;
  readonly #isStack: boolean;
  #open = new IntBuffer();
  #next = new IntBuffer();
  /** What is put off, and whether the record that is written now is of that. */
  #later = new IntBuffer();
  #isPutOff = false;
  /** How often what was put off came to its turn. */
  turns = 0;
  #cursor = 0;

  constructor(isStack: boolean) {
    this.#isStack = isStack;
    this.taken = this.#open.data;
  }

  /** Memory, bytes. */
  get bytes(): number {
    return this.#open.bytes + (this.#isStack ? 0 : this.#next.bytes) + this.#later.bytes;
  }

  get isEmpty(): boolean {
    return this.#isStack
      ? this.#next.length + this.#later.length === 0
      : this.#cursor === this.#open.length && this.#next.length === 0;
  }

  /** Whether the next record to be taken begins a level. */
  get beginsLevel(): boolean {
    return !this.#isStack && this.#cursor === this.#open.length;
  }

  /** Makes room for a record and says where it begins in `data`. */
  begin(length: number, isPutOff = false): number {
    this.#isPutOff = isPutOff;
    const records = this.#written;
    records.reserve(length + 2);
    return records.length + 1;
  }

  /** Where records are written; taken anew after every `begin`. */
  get data(): Int32Array {
    return this.#written.data;
  }

  get #written(): IntBuffer {
    return this.#isPutOff ? this.#later : this.#next;
  }

  /** The record at a place is written. */
  end(at: number, length: number): void {
    const records = this.#written;
    records.data[at - 1] = length;
    records.data[at + length] = length;
    records.length = at + length + 1;
  }

  /** The record that was written last goes again. */
  dropLast(length: number): void {
    this.#written.length -= length + 2;
  }

  /** Takes a record out: says where it begins in `taken`, and `length` is how long it is. Ask `isEmpty` first. */
  take(): number {
    if (this.#isStack) {
      if (this.#next.length === 0) {
        [this.#next, this.#later] = [this.#later, this.#next];
        this.turns++;
      }
      const stack = this.#next;
      this.length = stack.data[stack.length - 1]!;
      stack.length -= this.length + 2;
      this.taken = stack.data;
      return stack.length + 1;
    }
    if (this.#cursor === this.#open.length) this.#turn();
    const at = this.#cursor + 1;
    this.length = this.taken[at - 1]!;
    this.#cursor += this.length + 2;
    return at;
  }

  #turn(): void {
    const done = this.#open;
    done.length = 0;
    this.#open = this.#next;
    this.#next = done;
    this.#cursor = 0;
    this.taken = this.#open.data;
  }
}
