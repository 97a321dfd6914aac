import { equalContent } from "../content-equality.ts";
import type { Specification } from "../specification.ts";
import { type CasRegisterInput, casRegister } from "../specifications/cas-register.ts";
import { type CounterInput, counter } from "../specifications/counter.ts";
import { type Key, type KeyValueInput, keyValue } from "../specifications/key-value.ts";
import { type ListAppendInput, listAppend } from "../specifications/list-append.ts";
import { type LockInput, lock } from "../specifications/lock.ts";
import { type QueueInput, queue } from "../specifications/queue.ts";
import { type RegisterInput, register } from "../specifications/register.ts";
import { type SetInput, set } from "../specifications/set.ts";
import type { RecordedOperation } from "./recorded-history.ts";

/** What an operation was, for a specification. An output that nobody saw is undefined. */
export interface Translated<Input, Output> {
  readonly input: Input;
  readonly output: Output | undefined;
}

/** A word that a function has in histories, and what it calls for. */
type Translate<Input, Output> = (call: RecordedCall) => Translated<Input, Output>;

/** How recorded operations are those of an object. */
export interface HistoryModel<State = unknown, Input = unknown, Output = unknown> {
  readonly name: string;
  /** What it is, in one line. */
  readonly text: string;
  /** By function, as histories name it. */
  readonly functions: { readonly [name: string]: Translate<Input, Output> };
  /** What any other function calls for; absent where there is no other. */
  readonly other?: Translate<Input, Output>;
  /** The object, given what it holds at first; undefined where nobody said. */
  specification(initial: unknown): Specification<State, Input, Output>;
}

/** A recorded operation that does not fit: the message says what was expected. */
export class UnfitOperation {
  readonly message: string;
  /** Whether the completion is at fault. */
  readonly isResult: boolean;

  constructor(message: string, isResult: boolean) {
    this.message = message;
    this.isResult = isResult;
  }
}

const shown = (value: unknown): string => JSON.stringify(value) ?? "nothing";

/** One recorded operation, looked at by a model. */
export class RecordedCall {
  readonly #operation: RecordedOperation;
  readonly #keyed: boolean;

  /** @param keyed Whether a pair as value stands for a key and the value, where no key stands apart. */
  constructor(operation: RecordedOperation, keyed: boolean) {
    this.#operation = operation;
    this.#keyed = keyed && operation.key === undefined;
  }

  get process(): number {
    return this.#operation.process;
  }

  /** The key that it touches. */
  get key(): Key {
    const { key, argument } = this.#operation;
    const found = this.#keyed && Array.isArray(argument) ? argument[0] : key;
    if (typeof found === "string" || typeof found === "number") return found;
    throw new UnfitOperation(
      `expected a key: a field "key" that is text or a number, or a pair [key value], found ${shown(found ?? argument)}`,
      false,
    );
  }

  /** What it was called with. */
  get argument(): unknown {
    return this.#withoutKey(this.#operation.argument, false);
  }

  /** The record itself. */
  get operation(): RecordedOperation {
    return this.#operation;
  }

  /** What it answered; undefined where nobody saw it. */
  get result(): unknown {
    const { outcome, result } = this.#operation;
    if (outcome === "refused") return false;
    return outcome === "ok" ? this.#withoutKey(result, true) : undefined;
  }

  /** Two values, as a compare-and-set is called with. */
  get pair(): readonly [unknown, unknown] {
    const { argument } = this;
    if (Array.isArray(argument) && argument.length === 2) return [argument[0], argument[1]];
    throw new UnfitOperation(
      `expected two values, what is compared with and what is set, found ${shown(argument)}`,
      false,
    );
  }

  /** The argument, which a completion may repeat but not change. */
  get written(): unknown {
    const { argument, result } = this;
    if (result !== undefined && result !== null && result !== true && !equalContent(result, argument)) {
      throw new UnfitOperation(
        `called with ${shown(argument)}, expected the same of its completion, found ${shown(result)}`,
        true,
      );
    }
    return argument;
  }

  /** A yes or no that a completion may give instead of repeating the argument. */
  get agreed(): boolean | undefined {
    const { result, argument } = this;
    return typeof result === "boolean" && typeof argument !== "boolean" ? result : undefined;
  }

  /** The argument, if it is of a type. */
  typed<Type extends "string" | "number">(type: Type): Type extends "string" ? string : number {
    const { argument } = this;
    if (typeof argument === type) return argument as never;
    throw new UnfitOperation(`expected ${type === "string" ? "text" : "a number"}, found ${shown(argument)}`, false);
  }

  /** The argument, if it is a scalar. */
  scalar(): string | number {
    const { argument } = this;
    if (typeof argument === "string" || typeof argument === "number") return argument;
    throw new UnfitOperation(`expected text or a number, found ${shown(argument)}`, false);
  }

  /** The list that it answered; undefined where nobody saw it. */
  list(): readonly (string | number)[] | undefined {
    const { result } = this;
    if (result === undefined) return undefined;
    if (result === null) return [];
    if (Array.isArray(result)) return result as readonly (string | number)[];
    throw new UnfitOperation(`expected a list as the answer, found ${shown(result)}`, true);
  }

  /** The number that it answered; undefined where nobody saw it. */
  number(): number | undefined {
    const { result } = this;
    if (result === undefined || typeof result === "number") return result;
    throw new UnfitOperation(`expected a number as the answer, found ${shown(result)}`, true);
  }

  #withoutKey(value: unknown, isResult: boolean): unknown {
    if (!this.#keyed || (isResult && (value === null || typeof value === "boolean"))) return value;
    if (Array.isArray(value) && value.length === 2) return value[1];
    throw new UnfitOperation(`expected a pair [key value], or a field "key", found ${shown(value)}`, isResult);
  }
}

const readRegister: Translate<CasRegisterInput<unknown>, unknown> = (call) => ({
  input: { kind: "read" },
  output: call.result,
});
const writeRegister: Translate<CasRegisterInput<unknown>, unknown> = (call) => ({
  input: { kind: "write", value: call.written },
  output: undefined,
});

/** A completion repeats what was called, says yes, or says no. */
const casAnswer = (call: RecordedCall): boolean | undefined => {
  const { result } = call;
  return result === undefined ? undefined : result !== false;
};

const casModel: HistoryModel<unknown, CasRegisterInput<unknown>, unknown> = {
  name: "cas-register",
  text: "one register with compare-and-set",
  functions: {
    read: readRegister,
    get: readRegister,
    r: readRegister,
    write: writeRegister,
    put: writeRegister,
    w: writeRegister,
    cas: (call) => {
      const [expected, value] = call.pair;
      if (call.result !== false) call.written;
      return { input: { kind: "cas", expected, value }, output: casAnswer(call) };
    },
  },
  specification: (initial = null) => casRegister<unknown>(initial),
};

const { cas: _cas, ...readWrite } = casModel.functions;

const registerModel: HistoryModel<unknown, RegisterInput<unknown>, unknown> = {
  name: "register",
  text: "one register that is read and written",
  functions: readWrite as HistoryModel<unknown, RegisterInput<unknown>, unknown>["functions"],
  specification: (initial = null) => register<unknown>(initial),
};

const getKey: Translate<KeyValueInput<unknown>, unknown> = (call) => ({
  input: { kind: "get", key: call.key },
  output: call.result,
});
const putKey: Translate<KeyValueInput<unknown>, unknown> = (call) => ({
  input: { kind: "put", key: call.key, value: call.written },
  output: undefined,
});

const kvModel: HistoryModel<unknown, KeyValueInput<unknown>, unknown> = {
  name: "kv",
  text: "a key-value store: get, put, append, cas, delete",
  functions: {
    get: getKey,
    read: getKey,
    r: getKey,
    put: putKey,
    write: putKey,
    w: putKey,
    append: (call) => ({ input: { kind: "append", key: call.key, suffix: call.typed("string") }, output: undefined }),
    cas: (call) => {
      const [expected, value] = call.pair;
      return { input: { kind: "cas", key: call.key, expected, value }, output: casAnswer(call) };
    },
    delete: (call) => ({ input: { kind: "delete", key: call.key }, output: call.agreed }),
  },
  specification: (initial = null) =>
    keyValue<unknown>(initial) as Specification<unknown, KeyValueInput<unknown>, unknown>,
};

const readList: Translate<ListAppendInput<unknown>, readonly unknown[]> = (call) => ({
  input: { kind: "read", key: call.key },
  output: call.list(),
});

const listAppendModel: HistoryModel<unknown, ListAppendInput<unknown>, readonly unknown[]> = {
  name: "list-append",
  text: "lists that only grow, one a key, alone or in transactions",
  functions: {
    append: (call) => ({ input: { kind: "append", key: call.key, value: call.argument }, output: undefined }),
    read: readList,
    r: readList,
  },
  specification: () => listAppend<unknown>() as Specification<unknown, ListAppendInput<unknown>, readonly unknown[]>,
};

const changeSet =
  (kind: "add" | "remove" | "contains"): Translate<SetInput<string | number>, boolean | readonly (string | number)[]> =>
  (call) => ({ input: { kind, value: call.scalar() }, output: call.agreed });

const setModel: HistoryModel<unknown, SetInput<string | number>, boolean | readonly (string | number)[]> = {
  name: "set",
  text: "a set of scalars: add, remove, contains, read",
  functions: {
    add: changeSet("add"),
    remove: changeSet("remove"),
    contains: changeSet("contains"),
    read: (call) => ({ input: { kind: "read" }, output: call.list() }),
  },
  specification: (initial = []) => set(initial as readonly (string | number)[]) as never,
};

const queueModel: HistoryModel<unknown, QueueInput<string | number>, string | number | null> = {
  name: "queue",
  text: "a first-in-first-out queue: enqueue, dequeue",
  functions: {
    enqueue: (call) => ({ input: { kind: "enqueue", value: call.scalar() }, output: undefined }),
    dequeue: (call) => ({ input: { kind: "dequeue" }, output: call.result as string | number | null | undefined }),
  },
  specification: (initial = []) => queue(initial as readonly (string | number)[]) as never,
};

/** Who asks for a lock: whom the call names, else the process. */
const ownerOf = (call: RecordedCall): string | number => (call.argument === null ? call.process : call.scalar());

const lockModel: HistoryModel<unknown, LockInput, boolean> = {
  name: "lock",
  text: "a lock that is not re-entrant: acquire, release",
  functions: {
    acquire: (call) => ({ input: { kind: "acquire", owner: ownerOf(call) }, output: casAnswer(call) }),
    release: (call) => ({ input: { kind: "release", owner: ownerOf(call) }, output: casAnswer(call) }),
  },
  specification: () => lock() as never,
};

const counterModel: HistoryModel<unknown, CounterInput, number> = {
  name: "counter",
  text: "a counter: add, read",
  functions: {
    add: (call) => ({ input: { kind: "add", delta: call.typed("number") }, output: undefined }),
    read: (call) => ({ input: { kind: "read" }, output: call.number() }),
  },
  specification: (initial = 0) => counter(initial as number) as never,
};

/** The objects that a recorded history can be one of. */
export const historyModels: readonly HistoryModel[] = [
  registerModel,
  casModel,
  kvModel,
  listAppendModel,
  setModel,
  queueModel,
  lockModel,
  counterModel,
] as unknown as readonly HistoryModel[];
