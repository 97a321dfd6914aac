import { describe } from "../../model/plain.ts";
import type { Key } from "../specifications/key-value.ts";
import type { PlainAnomalies } from "./anomaly.ts";
import type { Committed } from "./order-edges.ts";
import type { ListAppendTransaction, TransactionValue } from "./transaction.ts";

const empty: readonly never[] = [];

/** No append: nobody made it, or it cannot be told who did. */
export const nobody = -1;

/** One key: who appended what, and the order of its elements as far as all reads agree on it. */
export class ListKey {
  readonly name: Key;
  /** By value: the number of its append, `nobody` when it was appended twice. */
  readonly appendOf: Map<TransactionValue, number> = new Map();
  /** The longest list that was read, and by whom. */
  longest: readonly TransactionValue[] = empty;
  longestBy: number = nobody;
  /** How many elements at the beginning all reads have in common; above that they contradict each other. */
  agreed: number = Number.POSITIVE_INFINITY;
  /** By place of the agreed order: the append, or `nobody`. */
  at: Int32Array = new Int32Array(0);
  /** The first place of a failed append, or infinity. */
  firstAborted: number = Number.POSITIVE_INFINITY;

  constructor(name: Key) {
    this.name = name;
  }

  get isContradicted(): boolean {
    return this.agreed !== Number.POSITIVE_INFINITY;
  }

  /** The append of an element of a list that was read. */
  appendAt(list: readonly TransactionValue[], place: number): number {
    return place < this.at.length ? this.at[place]! : (this.appendOf.get(list[place]!) ?? nobody);
  }
}

/** How many elements two lists have in common at their beginning. */
const commonPrefix = (a: readonly TransactionValue[], b: readonly TransactionValue[]): number => {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a[at] === b[at]) at++;
  return at;
};

/** Everything about a history of appends to lists that can be looked up, and the anomalies that show on the way. */
export class ListAppendIndex {
  readonly transactions: readonly ListAppendTransaction[];
  readonly keys: ListKey[] = [];
  /** By operation, all of one transaction after the other: the number of its key. */
  readonly keyOfOperation: Int32Array;
  /** By transaction: the number of its first operation. */
  readonly firstOperation: Int32Array;
  /** By append: who made it. */
  readonly writer: Int32Array;
  /** By append: the transaction's append to the key before it, or `nobody`. */
  readonly previousOwn: Int32Array;
  /** By append: whether the transaction appended to the key again. */
  readonly isIntermediate: Uint8Array;
  /** By append: its place in the agreed order, or -1. */
  readonly place: Int32Array;
  /** By append: its key. */
  readonly keyOfAppend: Int32Array;
  appends = 0;
  readonly committed: Committed;
  /** Why not everything can be told. */
  ambiguity: string | undefined;
  readonly #anomalies: PlainAnomalies;

  constructor(transactions: readonly ListAppendTransaction[], anomalies: PlainAnomalies) {
    this.transactions = transactions;
    this.#anomalies = anomalies;
    this.firstOperation = new Int32Array(transactions.length + 1);
    for (let at = 0; at < transactions.length; at++) {
      this.firstOperation[at + 1] = this.firstOperation[at]! + transactions[at]!.operations.length;
    }
    const operations = this.firstOperation[transactions.length]!;
    this.keyOfOperation = new Int32Array(operations);
    this.writer = new Int32Array(operations);
    this.previousOwn = new Int32Array(operations).fill(nobody);
    this.isIntermediate = new Uint8Array(operations);
    this.place = new Int32Array(operations).fill(-1);
    this.keyOfAppend = new Int32Array(operations);
    this.committed = Uint8Array.from(transactions, ({ status }) => (status === "ok" ? 1 : 0));
    this.#scan();
    for (const key of this.keys) this.#order(key);
    this.#commitSeen();
  }

  /** The value that an append added. */
  valueOf(append: number): TransactionValue {
    const { appendOf } = this.keys[this.keyOfAppend[append]!]!;
    for (const [value, other] of appendOf) if (other === append) return value;
    return "?";
  }

  /** Whether an append is one of a transaction that certainly did not happen. */
  isAborted(append: number): boolean {
    return this.transactions[this.writer[append]!]!.status === "fail";
  }

  /** By append: its writer when that took effect, or `nobody`. */
  committedWriter(append: number): number {
    return append >= 0 && this.committed[this.writer[append]!] === 1 ? this.writer[append]! : nobody;
  }

  #scan(): void {
    const numbers = new Map<Key, number>();
    /** By key: its last append, which is the transaction's own previous one if the writer is the same. */
    const last: number[] = [];
    for (let at = 0; at < this.transactions.length; at++) {
      const { operations, status } = this.transactions[at]!;
      let place = this.firstOperation[at]!;
      for (const operation of operations) {
        let key = numbers.get(operation.key);
        if (key === undefined) {
          key = this.keys.push(new ListKey(operation.key)) - 1;
          numbers.set(operation.key, key);
          last.push(nobody);
        }
        this.keyOfOperation[place++] = key;
        if (operation.kind === "append") last[key] = this.#append(at, key, operation.value, last[key]!);
        else if (status === "ok" && operation.value !== undefined) this.#read(at, key, operation.value ?? empty);
      }
    }
  }

  #append(by: number, number: number, value: TransactionValue, last: number): number {
    const key = this.keys[number]!;
    const append = this.appends++;
    this.writer[append] = by;
    this.keyOfAppend[append] = number;
    if (last >= 0 && this.writer[last] === by) {
      this.previousOwn[append] = last;
      this.isIntermediate[last] = 1;
    }
    const other = key.appendOf.get(value);
    key.appendOf.set(value, other === undefined ? append : nobody);
    if (other !== undefined) {
      this.ambiguity ??= `${describe(value)} is appended twice to key ${key.name}, so who was observed cannot be told`;
    }
    return append;
  }

  #read(by: number, number: number, list: readonly TransactionValue[]): void {
    const key = this.keys[number]!;
    const { longest } = key;
    const common = commonPrefix(longest, list);
    if (common < longest.length && common < list.length) {
      key.agreed = Math.min(key.agreed, common);
      this.#anomalies.add("incompatible-order", [key.longestBy, by], () => {
        const [a, b] = [key.longestBy, by].map((reader) => `T${reader}`);
        return `${a} reads ${describe(longest)} from key ${key.name} and ${b} reads ${describe(list)}: no order of appends gives both`;
      });
      this.#seen(key, list);
    } else if (list.length > longest.length || key.longestBy === nobody) {
      key.longest = list;
      key.longestBy = by;
    }
  }

  /** What is in a list took effect, however it came there. */
  #seen(key: ListKey, list: readonly TransactionValue[]): void {
    for (const value of list) this.#observed.push([key, value]);
  }

  readonly #observed: [ListKey, TransactionValue][] = [];

  /** The agreed order of a key: each element with its append. */
  #order(key: ListKey): void {
    const { longest, longestBy, appendOf } = key;
    const length = Math.min(longest.length, key.agreed);
    const at = new Int32Array(length);
    for (let place = 0; place < length; place++) {
      const value = longest[place]!;
      const append = appendOf.get(value);
      at[place] = append ?? nobody;
      if (append === undefined) {
        this.#anomalies.add(
          "unexpected-element",
          [longestBy],
          () => `T${longestBy} reads ${describe(value)} from key ${key.name}, which nobody appended`,
        );
      } else if (append >= 0 && this.place[append]! >= 0) {
        at[place] = nobody;
        this.#anomalies.add(
          "duplicate-elements",
          [longestBy, this.writer[append]!],
          () =>
            `T${longestBy} reads ${describe(value)} twice in one list from key ${key.name}, and T${this.writer[append]} appended it once`,
        );
      } else if (append >= 0) this.#put(key, append, place);
    }
    key.at = at;
    if (key.isContradicted) this.#seen(key, longest.slice(length));
  }

  #put(key: ListKey, append: number, place: number): void {
    this.place[append] = place;
    const writer = this.writer[append]!;
    if (this.isAborted(append)) key.firstAborted = Math.min(key.firstAborted, place);
    const previous = this.previousOwn[append]!;
    if (previous >= 0 && this.place[previous]! < 0 && !this.isAborted(append)) {
      this.#anomalies.add("incompatible-order", [key.longestBy, writer], () => {
        const [first, second] = [this.valueOf(previous), this.valueOf(append)].map((value) => describe(value));
        return `T${writer} appends ${first} and then ${second} to key ${key.name}, and T${key.longestBy} reads ${second} without ${first} before it`;
      });
    }
  }

  /** Whether an indeterminate transaction took effect shows by one of its appends: then it did as a whole. */
  #commitSeen(): void {
    const see = (append: number): void => {
      if (append >= 0 && this.transactions[this.writer[append]!]!.status === "info")
        this.committed[this.writer[append]!] = 1;
    };
    for (let append = 0; append < this.appends; append++) if (this.place[append]! >= 0) see(append);
    for (const [{ appendOf }, value] of this.#observed) see(appendOf.get(value) ?? nobody);
  }
}
