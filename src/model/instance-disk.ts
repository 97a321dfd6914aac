import { assert } from "./assert.ts";
import { type Append, type LogImage, logImage, moduleImage } from "./disk-image.ts";
import type { Instance } from "./instance.ts";
import type { LogIO, RecordIO } from "./module.ts";
import type { NodeMachine } from "./node-machine.ts";

// Classes, since a getter made for one object alone gives that object a hidden class of its own, and hidden classes keep
// all that they know alive until a full collection: a search makes a node for each step that it learns.

/** A record of one instance on disk. */
class DiskRecord implements RecordIO<unknown> {
  readonly #machine: NodeMachine;
  readonly #instance: Instance;
  readonly #name: string;
  readonly #initial: unknown;

  constructor(machine: NodeMachine, instance: Instance, name: string, initial: unknown) {
    this.#machine = machine;
    this.#instance = instance;
    this.#name = name;
    this.#initial = initial;
  }

  get value(): unknown {
    const records = this.#machine.disk.get(this.#instance.path)?.records;
    return records?.has(this.#name) ? records.get(this.#name) : this.#initial;
  }

  set(value: unknown): void {
    this.#machine.write(this.#instance, { kind: "set", path: this.#instance.path, name: this.#name, value });
  }
}

/** A log of one instance on disk. */
class DiskLog implements LogIO<unknown> {
  readonly #machine: NodeMachine;
  readonly #instance: Instance;
  readonly #name: string;
  #kept: LogImage | null = null;

  constructor(machine: NodeMachine, instance: Instance, name: string) {
    this.#machine = machine;
    this.#instance = instance;
    this.#name = name;
  }

  /** An image stays what it is as long as its instance lives: only members that are dropped lose theirs. */
  get #image(): LogImage {
    this.#kept ??= logImage(moduleImage(this.#machine.disk, this.#instance.path), this.#name);
    return this.#kept;
  }

  get first(): number {
    return this.#image.first;
  }

  get end(): number {
    const { first, entries } = this.#image;
    return first + entries.length;
  }

  at(index: number): unknown {
    const { first, entries } = this.#image;
    if (index < first || index >= first + entries.length) this.#refuse(index);
    return entries[index - first];
  }

  append(value: unknown): void {
    const write: Append = { kind: "append", path: this.#instance.path, name: this.#name, value };
    this.#machine.append(this.#instance, this.#image, write);
  }

  cutFrom(index: number): void {
    this.#machine.write(this.#instance, { kind: "cut-from", path: this.#instance.path, name: this.#name, index });
  }

  cutBefore(index: number): void {
    this.#machine.write(this.#instance, { kind: "cut-before", path: this.#instance.path, name: this.#name, index });
  }

  #refuse(index: number): void {
    assert(false, `${this.#instance.path}.${this.#name}[${index}] is outside ${this.first} … ${this.end - 1}`);
  }
}

/** What the disk of an instance is declared to have, by name. */
export const makeDisk = (machine: NodeMachine, instance: Instance): object => {
  const declared = instance.module.disk;
  if (declared === undefined) return {};
  return Object.fromEntries(
    Object.entries(declared).map(([name, initial]) => [
      name,
      initial === "log" ? new DiskLog(machine, instance, name) : new DiskRecord(machine, instance, name, initial),
    ]),
  );
};
