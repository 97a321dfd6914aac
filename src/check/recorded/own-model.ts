import { describe } from "../../model/plain.ts";
import { illegal, type Specification } from "../specification.ts";
import type { HistoryModel } from "./history-models.ts";
import type { RecordedHistory, RecordedOperation } from "./recorded-history.ts";

/** What a specification of one's own gets as input: an operation as the history has it. */
export interface RecordedInput {
  readonly process: number;
  /** The function that was called. */
  readonly f: string;
  readonly key: unknown;
  /** What it was called with. */
  readonly value: unknown;
}

/** A specification of one's own; its output is the value of the completion. */
export type RecordedSpecification = Specification<unknown, RecordedInput, unknown>;

/** Runs the rules of a specification; where they throw, the operation that they were asked about is to blame. */
class Guard {
  readonly #history: RecordedHistory;
  readonly #specification: RecordedSpecification;
  /** By input: where it stands. */
  readonly #records = new Map<RecordedInput, RecordedOperation>();

  constructor(history: RecordedHistory, specification: RecordedSpecification) {
    this.#history = history;
    this.#specification = specification;
  }

  inputOf(record: RecordedOperation): RecordedInput {
    const { process, name = "txn", key = null, argument: value } = record;
    const input = { process, f: name, key, value };
    this.#records.set(input, record);
    return input;
  }

  guarded(): RecordedSpecification {
    const { init, step, keyOf, readOnly, describe: tell } = this.#specification;
    const specification = this.#specification;
    return {
      name: specification.name ?? "object",
      init: () => this.#begun(() => init.call(specification)),
      step: (state, input, output) => {
        const after = this.#run("step", input, () => step.call(specification, state, input, output));
        if (after !== undefined || after === illegal) return after;
        throw this.#error(input, "step gave nothing: expected the next state, or illegal");
      },
      ...(keyOf === undefined
        ? {}
        : { keyOf: (input: RecordedInput) => this.#run("keyOf", input, () => keyOf.call(specification, input)) }),
      ...(readOnly === undefined
        ? {}
        : {
            readOnly: (input: RecordedInput, output: unknown) =>
              this.#run("readOnly", input, () => readOnly.call(specification, input, output)),
          }),
      describe: (input, output) =>
        this.#run("describe", input, () => tell?.call(specification, input, output)) ?? told(input, output),
    };
  }

  #begun<Value>(ask: () => Value): Value {
    try {
      return ask();
    } catch (thrown) {
      throw this.#history.source.error(
        `the specification of the ${this.#specification.name ?? "object"}: init threw (${wordsOf(thrown)}): expected the state before all operations`,
        this.#history.operations[0]?.invokeOffset ?? 0,
      );
    }
  }

  #run<Value>(rule: string, input: RecordedInput, ask: () => Value): Value {
    try {
      return ask();
    } catch (thrown) {
      throw this.#error(input, `${rule} threw (${wordsOf(thrown)}): expected it to be defined for every operation`);
    }
  }

  #error(input: RecordedInput, message: string): Error {
    const record = this.#records.get(input);
    const name = `the specification of the ${this.#specification.name ?? "object"}`;
    return this.#history.source.error(`${name}: ${message}, at ${told(input, undefined)}`, record?.invokeOffset ?? 0);
  }
}

const wordsOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

const told = ({ f, key, value }: RecordedInput, output: unknown): string => {
  const words = [key, value].filter((part) => part !== null).map((part) => describe(part));
  return `${f}(${words.join(", ")})${output === undefined ? "" : ` → ${describe(output)}`}`;
};

/** The model of a specification of one's own, for one history. Where a rule throws, so does the check, with the line. */
export const ownModel = (history: RecordedHistory, specification: RecordedSpecification): HistoryModel => {
  const guard = new Guard(history, specification);
  return {
    name: specification.name ?? "object",
    text: "a specification of one's own",
    functions: {},
    other: (call) => ({ input: guard.inputOf(call.operation), output: call.result }),
    specification: () => guard.guarded(),
  } as HistoryModel;
};
