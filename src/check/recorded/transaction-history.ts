import { describe } from "../../model/plain.ts";
import type { Key } from "../specifications/key-value.ts";
import type { Transaction, TransactionValue } from "../transactions/transaction.ts";
import { isKey, type RecordedHistory, type RecordedOperation } from "./recorded-history.ts";

/** What transactions are made of: appends to lists and reads of them, or writes of registers and reads of them. */
export type TransactionWorkload = "list-append" | "rw-register";

/** One operation of a transaction, of either workload. */
interface Part {
  readonly kind: "append" | "write" | "read";
  readonly key: Key;
  readonly value?: unknown;
}

const kinds: { readonly [Workload in TransactionWorkload]: { readonly [name: string]: Part["kind"] } } = {
  "list-append": { append: "append", r: "read", read: "read" },
  "rw-register": { w: "write", write: "write", put: "write", r: "read", read: "read", get: "read" },
};

const isScalar = (value: unknown): value is TransactionValue =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

/** Reads transactions out of recorded operations. */
class TransactionReader {
  readonly #history: RecordedHistory;
  readonly #workload: TransactionWorkload;

  constructor(history: RecordedHistory, workload: TransactionWorkload) {
    this.#history = history;
    this.#workload = workload;
  }

  read(operation: RecordedOperation): Transaction<Part> {
    const { process, outcome, invokeEvent, returnEvent, invokeOffset, returnOffset } = operation;
    const called = this.#parts(operation, operation.argument, invokeOffset);
    const isOk = outcome === "ok";
    const answered = isOk ? this.#parts(operation, operation.result, returnOffset ?? invokeOffset) : called;
    if (isOk && !isSame(called, answered)) {
      throw this.#history.source.error(
        `a completion has other operations than its invocation: expected ${describe(operation.argument)}, with what was read`,
        returnOffset ?? invokeOffset,
      );
    }
    return {
      process,
      operations: answered.map((part) => this.#typed(part, isOk, (isOk ? returnOffset : undefined) ?? invokeOffset)),
      invokedAt: invokeEvent,
      ...(returnEvent === undefined ? {} : { returnedAt: returnEvent }),
      status: outcome === "ok" || outcome === "fail" ? outcome : "info",
    };
  }

  /** A list of operations, or the single one that was called by its own name. */
  #parts({ name = "txn", key, argument }: RecordedOperation, value: unknown, offset: number): readonly Part[] {
    const known = kinds[this.#workload];
    if (name !== "txn" && Object.hasOwn(known, name) && !isPartList(argument)) {
      const pair = key === undefined && Array.isArray(value) ? value : [key, value];
      return [this.#part([name, ...pair], offset)];
    }
    if (!isPartList(value)) {
      throw this.#history.source.error(
        `${this.#workload}: expected a list of operations such as ${this.#example()}, found ${describe(value)}`,
        offset,
      );
    }
    return value.map((part) => this.#part(part, offset));
  }

  #part([name, key, value]: readonly unknown[], offset: number): Part {
    const known = kinds[this.#workload];
    const kind = typeof name === "string" && Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined) {
      const other = this.#workload === "list-append" ? "rw-register" : "list-append";
      const hint = typeof name === "string" && Object.hasOwn(kinds[other], name) ? `; --model ${other} has it` : "";
      throw this.#history.source.error(
        `${this.#workload} has no operation ${describe(name)}: expected ${Object.keys(known).join(", ")}${hint}`,
        offset,
      );
    }
    if (!isKey(key)) throw this.#history.source.error(`expected a key of ${name}, found ${describe(key)}`, offset);
    return { kind, key, value };
  }

  /** A write has a scalar; a read that was answered has a list or a scalar, one that was not has none. */
  #typed({ kind, key, value }: Part, isAnswered: boolean, offset: number): Part {
    if (kind !== "read") {
      if (isScalar(value)) return { kind, key, value };
      throw this.#history.source.error(`expected text or a number to ${kind}, found ${describe(value)}`, offset);
    }
    if (!isAnswered) return { kind, key };
    const isList = Array.isArray(value) && value.every(isScalar);
    const fits = value === null || value === undefined || (this.#workload === "list-append" ? isList : isScalar(value));
    if (fits) return { kind, key, value: value ?? null };
    const expected = this.#workload === "list-append" ? "a list" : "text, a number or nothing";
    throw this.#history.source.error(`expected ${expected} as what was read, found ${describe(value)}`, offset);
  }

  #example(): string {
    return this.#workload === "list-append" ? '[["append", 5, 1], ["r", 6, null]]' : '[["w", 5, 1], ["r", 6, null]]';
  }
}

const isPartList = (value: unknown): value is readonly (readonly unknown[])[] =>
  Array.isArray(value) && value.every((part) => Array.isArray(part) && part.length >= 2);

const isSame = (called: readonly Part[], answered: readonly Part[]): boolean =>
  called.length === answered.length &&
  called.every(
    ({ kind, key, value }, at) =>
      kind === answered[at]!.kind && key === answered[at]!.key && (kind === "read" || value === answered[at]!.value),
  );

/** A recorded history as one of transactions. Throws `HistoryFormatError` where an operation is none. */
export const transactionHistory = (
  history: RecordedHistory,
  workload: TransactionWorkload,
): readonly Transaction<Part>[] => {
  const reader = new TransactionReader(history, workload);
  return history.operations.map((operation) => reader.read(operation));
};

/** One transaction as a person reads it: `append(x, 1) r(y) → [2]`. */
export const describeTransaction = ({ operations }: Pick<Transaction<Part>, "operations">): string =>
  operations
    .map(({ kind, key, value }) => {
      if (kind !== "read") return `${kind}(${key}, ${describe(value)})`;
      return value === undefined ? `read(${key})` : `read(${key}) → ${describe(value)}`;
    })
    .join(" ");
