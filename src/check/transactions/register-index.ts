import { describe } from "../../model/plain.ts";
import type { Key } from "../specifications/key-value.ts";
import type { PlainAnomalies } from "./anomaly.ts";
import type { Committed } from "./order-edges.ts";
import type { RegisterTransaction, TransactionValue } from "./transaction.ts";

/** No version: it is not known which, or it is none that can be in an order. */
export const noVersion = -1;

/** What one transaction did with one key, as others may see it. */
export interface RegisterUse {
  readonly transaction: number;
  readonly key: number;
  /** The versions of others that it read; more than one only where it did not repeat a read. */
  readonly read: readonly number[];
  /** Those that it read before it wrote there itself. */
  readonly readFirst: readonly number[];
  /** The version that it left, or `noVersion`. */
  readonly wrote: number;
}

/** One key. */
export interface RegisterKey {
  readonly name: Key;
  /** By value: its write, `noVersion` when it was written twice. */
  readonly writeOf: Map<TransactionValue, number>;
}

/** What a transaction has done with a key so far. */
interface OpenUse {
  read: number[];
  readFirst: number[];
  seen: TransactionValue | null | undefined;
  write: number;
}

/**
 * Everything about a history of reads and writes that can be looked up, and the anomalies that show on the way. Versions
 * have numbers: each write its own; the one from before all writes of a key stands above all writes, by its key.
 */
export class RegisterIndex {
  readonly transactions: readonly RegisterTransaction[];
  readonly keys: RegisterKey[] = [];
  /** By write. */
  readonly writer: number[] = [];
  readonly keyOfWrite: number[] = [];
  readonly valueOf: TransactionValue[] = [];
  /** By write: whether the transaction wrote the key again. */
  readonly isIntermediate: boolean[] = [];
  readonly uses: RegisterUse[] = [];
  readonly committed: Committed;
  ambiguity: string | undefined;
  readonly #anomalies: PlainAnomalies;
  readonly #keyNumbers = new Map<Key, number>();

  constructor(transactions: readonly RegisterTransaction[], anomalies: PlainAnomalies) {
    this.transactions = transactions;
    this.#anomalies = anomalies;
    this.committed = Uint8Array.from(transactions, ({ status }) => (status === "ok" ? 1 : 0));
    for (let at = 0; at < transactions.length; at++) this.#addWrites(at);
    for (let at = 0; at < transactions.length; at++) this.#addUses(at);
    for (const { transaction, read } of this.uses) {
      if (transactions[transaction]!.status === "ok") for (const version of read) this.#commitSeen(version);
    }
  }

  /** How many versions there are. */
  get versions(): number {
    return this.writer.length + this.keys.length;
  }

  /** The version from before all writes of a key. */
  initialOf(key: number): number {
    return this.writer.length + key;
  }

  /** Who made a version that took effect; `noVersion` for the first one, and for one that did not. */
  writerOf(version: number): number {
    const writer = this.writer[version];
    return version >= 0 && writer !== undefined && this.committed[writer] === 1 ? writer : noVersion;
  }

  /** The writes that took effect and were not replaced by their own transaction. */
  installed(): readonly number[] {
    return this.writer.flatMap((writer, write) =>
      this.committed[writer] === 1 && this.isIntermediate[write] !== true ? [write] : [],
    );
  }

  #commitSeen(version: number): void {
    const writer = this.writer[version];
    if (version >= 0 && writer !== undefined && this.transactions[writer]!.status === "info")
      this.committed[writer] = 1;
  }

  #numberOf(name: Key): number {
    let number = this.#keyNumbers.get(name);
    if (number === undefined) {
      number = this.keys.push({ name, writeOf: new Map() }) - 1;
      this.#keyNumbers.set(name, number);
    }
    return number;
  }

  #addWrites(by: number): void {
    const last = new Map<number, number>();
    for (const operation of this.transactions[by]!.operations) {
      const key = this.#numberOf(operation.key);
      if (operation.kind !== "write") continue;
      const { name, writeOf } = this.keys[key]!;
      const write = this.writer.push(by) - 1;
      this.keyOfWrite.push(key);
      this.valueOf.push(operation.value);
      const before = last.get(key);
      if (before !== undefined) this.isIntermediate[before] = true;
      last.set(key, write);
      const other = writeOf.get(operation.value);
      writeOf.set(operation.value, other === undefined ? write : noVersion);
      if (other !== undefined) {
        this.ambiguity ??= `${describe(operation.value)} is written twice to key ${name}, so who was observed cannot be told`;
      }
    }
  }

  #addUses(by: number): void {
    const { operations, status } = this.transactions[by]!;
    const open = new Map<number, OpenUse>();
    let write = this.#firstWriteOf(by);
    for (const operation of operations) {
      const key = this.#numberOf(operation.key);
      const use = open.get(key) ?? { read: [], readFirst: [], seen: undefined, write: noVersion };
      open.set(key, use);
      if (operation.kind === "write") {
        use.seen = operation.value;
        use.write = write++;
      } else if (status === "ok" && operation.value !== undefined) this.#read(by, key, operation.value, use);
    }
    if (status === "fail") return;
    for (const [key, { read, readFirst, write: wrote }] of open) {
      this.uses.push({ transaction: by, key, read, readFirst, wrote });
    }
  }

  #nextWrite = 0;

  #firstWriteOf(by: number): number {
    while (this.#nextWrite < this.writer.length && this.writer[this.#nextWrite]! < by) this.#nextWrite++;
    return this.#nextWrite;
  }

  #read(by: number, number: number, value: TransactionValue | null, use: OpenUse): void {
    const { name } = this.keys[number]!;
    if (use.seen !== undefined && use.seen !== value) {
      const [seen, before] = [value, use.seen].map((one) => describe(one));
      const tell = (): string => `T${by} reads ${seen} from key ${name}, where it had read or written ${before} before`;
      this.#anomalies.add("internal", [by], tell);
    }
    const isOwn = use.write !== noVersion && use.seen === value;
    use.seen = value;
    if (isOwn) return;
    const version = value === null ? this.initialOf(number) : this.keys[number]!.writeOf.get(value);
    if (version === undefined) {
      const tell = (): string => `T${by} reads ${describe(value)} from key ${name}, which nobody wrote`;
      this.#anomalies.add("unexpected-element", [by], tell);
    } else if (version !== noVersion) this.#observe(by, number, version, use);
  }

  #observe(by: number, number: number, version: number, use: OpenUse): void {
    const writer = this.writer[version];
    const [{ name }, value] = [this.keys[number]!, describe(this.valueOf[version])];
    if (writer === by) {
      this.#anomalies.add("internal", [by], () => `T${by} reads ${value} from key ${name} before it writes it`);
      return;
    }
    if (!use.read.includes(version)) use.read.push(version);
    if (use.write === noVersion && !use.readFirst.includes(version)) use.readFirst.push(version);
    if (writer === undefined) return;
    const what = (): string => `T${writer}'s write of ${value} to key ${name}`;
    if (this.transactions[writer]!.status === "fail") {
      this.#anomalies.add("G1a", [writer, by], () => `T${by} observed ${what()}, and T${writer} was aborted`);
      if (this.#writesLater(by, number)) {
        const tell = (): string => `T${by} committed a write on top of ${what()}, and T${writer} was aborted`;
        this.#anomalies.add("dirty-update", [writer, by], tell);
      }
    } else if (this.isIntermediate[version] === true) {
      this.#anomalies.add("G1b", [writer, by], () => `T${by} observed ${what()}, and T${writer} wrote it again`);
    }
  }

  #writesLater(by: number, number: number): boolean {
    const { name } = this.keys[number]!;
    return this.transactions[by]!.operations.some(({ kind, key }) => kind === "write" && key === name);
  }
}
