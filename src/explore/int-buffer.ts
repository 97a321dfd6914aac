/** Whole numbers of 32 bits in one growing array: a list, a stack, or records laid end to end. */
export class IntBuffer {
  /** The numbers; those from `length` on are garbage. Taken anew after every `push` or `reserve`. */
  data: Int32Array;
  length = 0;

  constructor(capacity = 1024) {
    this.data = new Int32Array(capacity);
  }

  get bytes(): number {
    return this.data.byteLength;
  }

  push(value: number): void {
    if (this.length === this.data.length) this.reserve(1);
    this.data[this.length++] = value;
  }

  at(index: number): number {
    return this.data[index]!;
  }

  /** Makes room for so many more. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.data.length) return;
    const wider = new Int32Array(Math.max(needed, this.data.length * 2));
    wider.set(this.data.subarray(0, this.length));
    this.data = wider;
  }
}
