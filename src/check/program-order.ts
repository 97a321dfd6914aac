import { type History, HistoryError, type Operation } from "./history.ts";
import { constraintWords, type OrderConstraint } from "./order-search.ts";

/**
 * Program order: of one process, an operation comes before those called after it returned (Lamport 1979). Nothing
 * orders operations of different processes. An operation without an answer comes after what its process did before
 * its call, but may take effect at any time after that, or never.
 *
 * What is placed is told by the number of placed operations of each process; word 0 is their sum.
 */
export class ProgramOrder implements OrderConstraint {
  readonly width: number;
  readonly goal: number;
  readonly twin: Int32Array;
  /** By process (dense): its determined operations, in order. */
  readonly #chains: readonly (readonly number[])[];
  /** By operation: its process. */
  readonly #process: Int32Array;
  /** By indeterminate operation: how many determined ones of its process come before it. */
  readonly #needs: Int32Array;

  /**
   * @param operations In the order of invocation.
   * @param determined By operation: 1 when it must be in the order.
   * @param action By operation: what it does.
   */
  constructor(operations: History<unknown, unknown>, determined: Uint8Array, action: Int32Array) {
    const dense = new Map<number, number>();
    const chains: number[][] = [];
    const last = new Map<string, number>();
    this.#process = new Int32Array(operations.length);
    this.#needs = new Int32Array(operations.length);
    this.twin = new Int32Array(operations.length).fill(-1);
    for (let at = 0; at < operations.length; at++) {
      const { process } = operations[at]!;
      if (!dense.has(process)) dense.set(process, chains.push([]) - 1);
      const number = dense.get(process) as number;
      const chain = chains[number]!;
      this.#process[at] = number;
      if (determined[at] === 1) {
        if (chain.length > 0) checkSequential(operations[chain.at(-1)!]!, operations[at]!);
        chain.push(at);
      } else {
        this.#needs[at] = chain.length;
        const same = `${number} ${action[at]}`;
        this.twin[at] = last.get(same) ?? -1;
        last.set(same, at);
      }
    }
    this.#chains = chains;
    this.width = chains.length;
    this.goal = chains.reduce((sum, chain) => sum + chain.length, 0);
  }

  /** Positions are operations: of those next in their processes, the ones called first come first. */
  seek(configuration: Int32Array, from: number): number {
    let first = -1;
    for (let process = 0; process < this.#chains.length; process++) {
      const operation = this.#chains[process]![configuration[constraintWords + process]!];
      if (operation !== undefined && operation >= from && (first < 0 || operation < first)) first = operation;
    }
    return first;
  }

  operationAt(_configuration: Int32Array, position: number): number {
    return position;
  }

  place(configuration: Int32Array, operation: number): void {
    const word = constraintWords + this.#process[operation]!;
    configuration[word] = configuration[word]! + 1;
    configuration[0] = configuration[0]! + 1;
  }

  allows(configuration: Int32Array, operation: number): boolean {
    return configuration[constraintWords + this.#process[operation]!]! >= this.#needs[operation]!;
  }

  urgent(): number {
    return -1;
  }

  isRedundant(): boolean {
    return false;
  }

  /** The operations that come next in their processes. */
  next(configuration: Int32Array): readonly number[] {
    return this.#chains
      .map((chain, process) => chain[configuration[constraintWords + process]!])
      .filter((operation) => operation !== undefined);
  }
}

const checkSequential = (first: Operation<unknown, unknown>, second: Operation<unknown, unknown>): void => {
  if (first.returnedAt !== undefined && first.returnedAt <= second.invokedAt) return;
  throw new HistoryError(
    `process ${first.process} has two operations open at ${second.invokedAt}: it has no program order`,
  );
};
