import type { Key } from "../specifications/key-value.ts";
import type { DependencyGraph } from "./dependency-graph.ts";
import type { RegisterIndex } from "./register-index.ts";
import type { RegisterTransaction, TransactionValue } from "./transaction.ts";

/** What comes first, by a number each: the smallest is taken first. */
class Queue {
  readonly #rank: Float64Array;
  readonly #heap: number[] = [];

  constructor(rank: Float64Array) {
    this.#rank = rank;
  }

  get size(): number {
    return this.#heap.length;
  }

  push(item: number): void {
    const heap = this.#heap;
    let at = heap.push(item) - 1;
    for (let parent = (at - 1) >> 1; at > 0 && this.#isBefore(item, heap[parent]!); parent = (at - 1) >> 1) {
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = item;
  }

  pop(): number {
    const heap = this.#heap;
    const top = heap[0]!;
    const item = heap.pop()!;
    if (heap.length === 0) return top;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && this.#isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#isBefore(heap[child]!, item)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = item;
    return top;
  }

  #isBefore(a: number, b: number): boolean {
    const difference = this.#rank[a]! - this.#rank[b]!;
    return difference < 0 || (difference === 0 && a < b);
  }
}

/** An order that keeps all edges of an acyclic graph, and otherwise comes as close to that of the answers as it can. */
const inOrderOfAnswers = (graph: DependencyGraph, { transactions, committed }: RegisterIndex): readonly number[] => {
  const open = new Int32Array(graph.vertices);
  for (const to of graph.to) open[to]!++;
  const rank = new Float64Array(graph.vertices).fill(Number.NEGATIVE_INFINITY);
  for (const [at, { returnedAt }] of transactions.entries()) rank[at] = returnedAt ?? Number.POSITIVE_INFINITY;
  const queue = new Queue(rank);
  for (let vertex = 0; vertex < graph.vertices; vertex++) if (open[vertex] === 0) queue.push(vertex);
  const order: number[] = [];
  while (queue.size > 0) {
    const vertex = queue.pop();
    if (vertex < transactions.length && committed[vertex] === 1) order.push(vertex);
    for (let edge = graph.first[vertex]!; edge < graph.first[vertex + 1]!; edge++) {
      const to = graph.to[edge]!;
      open[to]!--;
      if (open[to] === 0) queue.push(to);
    }
  }
  return order;
};

const explains = (order: readonly number[], transactions: readonly RegisterTransaction[]): boolean => {
  const store = new Map<Key, TransactionValue>();
  return order.every((at) => {
    const { operations, status } = transactions[at]!;
    return operations.every((operation) => {
      if (operation.kind === "write") store.set(operation.key, operation.value);
      else if (status === "ok" && operation.value !== undefined) {
        return operation.value === (store.get(operation.key) ?? null);
      }
      return true;
    });
  });
};

/** A serial order that explains every read, if the order of the answers is a good enough guess. */
export const serialOrder = (graph: DependencyGraph, index: RegisterIndex): readonly number[] | undefined => {
  const order = inOrderOfAnswers(graph, index);
  const count = index.committed.reduce((sum, one) => sum + one, 0);
  return order.length === count && explains(order, index.transactions) ? order : undefined;
};
