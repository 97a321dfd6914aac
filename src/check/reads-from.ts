import { describe } from "../model/plain.ts";
import { endpointOrder } from "./endpoint-order.ts";
import { type History, HistoryError, type Operation } from "./history.ts";
import { Interner } from "./transitions.ts";

/** A read or a write of one key; without a key there is only one. */
export type ReadWriteInput =
  | { readonly kind: "read" | "get"; readonly key?: string | number }
  | { readonly kind: "write" | "put"; readonly key?: string | number; readonly value: unknown };

/** A history of reads and writes in which no value is written twice to one key. */
export type ReadWriteHistory = History<ReadWriteInput, unknown>;

/** The source of a read that answered the value from before all writes. */
export const initially = -1;

/** One read or write, by number in the order of invocation. */
export interface Access {
  readonly operation: Operation<ReadWriteInput, unknown>;
  readonly isRead: boolean;
  /** Dense number of the key. */
  readonly key: number;
  /** Dense number of the session (the process). */
  readonly session: number;
  /** Its place in its session. */
  readonly position: number;
  /** Of a read: the number of the write that it read from, or `initially`. Of a write: its own number. */
  readonly source: number;
  /** Whether an answer came. */
  readonly isDetermined: boolean;
  /** Ranks of call and return among all calls and returns. */
  readonly invoked: number;
  readonly returned: number;
}

/** Who read from whom. Reads without a known answer are left out. */
export interface ReadsFrom {
  /** By number. */
  readonly accesses: readonly Access[];
  /** By session: its accesses in program order. */
  readonly sessions: readonly (readonly number[])[];
  /** How many keys there are. */
  readonly keys: number;
  /** A read whose answer nobody wrote, if there is one: then nothing else can be said. */
  readonly outOfThinAir: Operation<ReadWriteInput, unknown> | undefined;
}

const isReadInput = ({ kind }: ReadWriteInput): boolean => kind === "read" || kind === "get";

/** Numbers of keys, of values, and of the writes of each value to each key. */
class Writes {
  readonly #keys = new Interner<string | number | undefined>();
  readonly #values = new Interner<unknown>();
  readonly #writers = new Map<string, number>();

  constructor(initial: unknown) {
    this.#values.idOf(initial);
  }

  get keys(): number {
    return this.#keys.size;
  }

  keyOf({ key }: ReadWriteInput): number {
    return this.#keys.idOf(key);
  }

  add(operation: Operation<ReadWriteInput, unknown>, number: number): void {
    const { input } = operation;
    if (!("value" in input)) return;
    const value = this.#values.idOf(input.value);
    const place = `${this.keyOf(input)} ${value}`;
    if (value === 0 || this.#writers.has(place)) {
      const why = value === 0 ? "is the initial value" : "was written before";
      throw new HistoryError(`${describe(input.value)} ${why}: reads-from needs values that are written once`);
    }
    this.#writers.set(place, number);
  }

  /** The number of the write of a value, `initially`, or `undefined` when nobody wrote it. */
  sourceOf(input: ReadWriteInput, value: unknown): number | undefined {
    const id = this.#values.idOf(value);
    return id === 0 ? initially : this.#writers.get(`${this.keyOf(input)} ${id}`);
  }
}

/**
 * Finds for each read the write that it read from. Throws `HistoryError` when a value is written twice to a key, or is
 * the initial value, so that a read would not tell whom it read from.
 */
export const readsFrom = (history: ReadWriteHistory, initial: unknown = null): ReadsFrom => {
  const order = endpointOrder(history);
  const known = [...order.operations.keys()].filter((at) => {
    const { input, output, returnedAt } = order.operations[at]!;
    return !isReadInput(input) || (returnedAt !== undefined && output !== undefined);
  });
  const writes = new Writes(initial);
  for (const [number, at] of known.entries()) writes.add(order.operations[at]!, number);
  const dense = new Map<number, number>();
  const sessions: number[][] = [];
  let outOfThinAir: Operation<ReadWriteInput, unknown> | undefined;
  const accesses = known.map((at, number): Access => {
    const operation = order.operations[at]!;
    const { input, process } = operation;
    const session = dense.get(process) ?? sessions.push([]) - 1;
    dense.set(process, session);
    const position = sessions[session]!.push(number) - 1;
    const isRead = isReadInput(input);
    const source = isRead ? writes.sourceOf(input, operation.output) : number;
    if (source === undefined) outOfThinAir ??= operation;
    return {
      operation,
      isRead,
      key: writes.keyOf(input),
      session,
      position,
      source: source ?? initially,
      isDetermined: operation.returnedAt !== undefined,
      invoked: order.invoked[at]!,
      returned: order.returned[at]!,
    };
  });
  return { accesses, sessions, keys: writes.keys, outOfThinAir };
};

/** One access as a person reads it. */
export const describeAccess = ({ input, output, process }: Operation<ReadWriteInput, unknown>): string => {
  const key = input.key === undefined ? "" : `${input.key}`;
  if ("value" in input) {
    return `${input.kind}(${key === "" ? "" : `${key}, `}${describe(input.value)}) of process ${process}`;
  }
  return `${input.kind}${key === "" ? "" : `(${key})`} → ${describe(output)} of process ${process}`;
};
