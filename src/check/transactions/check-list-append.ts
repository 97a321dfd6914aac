import { Patience } from "../patience.ts";
import { PlainAnomalies } from "./anomaly.ts";
import type { ConsistencyModel } from "./consistency-models.ts";
import type { CycleStep } from "./cycle-search.ts";
import { DependencyEdges } from "./dependency-graph.ts";
import { ListAppendDependencies, type Unobserved } from "./list-append-dependencies.ts";
import { ListAppendIndex } from "./list-append-index.ts";
import { snapshotSchedule } from "./snapshot-schedule.ts";
import type { ListAppendTransaction } from "./transaction.ts";
import {
  type Judgement,
  judgeTransactions,
  orderOf,
  orderWithoutReads,
  type TransactionsVerdict,
  withinBounds,
} from "./transactions-verdict.ts";

/** What to check transactions for. */
export interface TransactionOptions {
  /** The model that is claimed; `strict-serializable` when absent. */
  readonly consistency?: ConsistencyModel;
  /** Asked now and then: true ends the check as unknown. The host has the clock. */
  readonly expired?: () => boolean;
  /** Memory for the graph of dependencies, bytes; 1 GiB when absent. Where it would take more the verdict is unknown. */
  readonly bytesMax?: number;
}

/** Memory for the graph of dependencies where nobody says otherwise: 1 GiB, some 40 million dependencies. */
export const transactionBytesMaxDefault: number = 1 << 30;

/** Two writers of one key whose order nobody can know, on one cycle: either order may close a forbidden one. */
const unordered = (unobserved: readonly Unobserved[], { components }: Judgement): Unobserved | undefined =>
  unobserved.find(({ writers }) => {
    const seen = new Set<number>();
    for (const writer of writers) {
      const component = components.component[writer]!;
      if (seen.has(component)) return true;
      seen.add(component);
    }
    return false;
  });

/**
 * Whether transactions that append to lists and read them are as a consistency model claims (Adya 1999; Kingsbury and
 * Alvaro 2020). A list that was read tells the order of all appends in it; what nobody read comes after it, in an order
 * that matters only to models between read committed and serializable. Elements are appended once to a key, or the
 * verdict is unknown.
 *
 * Indeterminate transactions took effect when somebody read what they appended, and then as a whole and at any later
 * time; the answers to their own reads are not looked at. Throws `HistoryError` where times run back, and where the
 * model asks for sessions and a process has two transactions open at once.
 */
export const checkListAppend = (
  transactions: readonly ListAppendTransaction[],
  { consistency = "strict-serializable", expired, bytesMax = transactionBytesMaxDefault }: TransactionOptions = {},
): TransactionsVerdict =>
  withinBounds(transactions, () => judged(transactions, consistency, new Patience(expired, bytesMax)));

const judged = (
  transactions: readonly ListAppendTransaction[],
  consistency: ConsistencyModel,
  patience: Patience,
): TransactionsVerdict => {
  const anomalies = new PlainAnomalies();
  const index = new ListAppendIndex(transactions, anomalies);
  patience.look();
  const { committed } = index;
  const edges = new DependencyEdges(transactions.length, patience);
  const dependencies = new ListAppendDependencies(index, edges, anomalies);
  const meaning = {
    transactions,
    committed,
    edges,
    anomalies,
    patience,
    findAmong: (isOnCycle: (transaction: number) => boolean) => dependencies.findFracturedReads(isOnCycle),
    explain: (step: CycleStep) => dependencies.explain(step),
  };
  return judgeTransactions(meaning, consistency, (found) => {
    if (index.ambiguity !== undefined) return { reason: index.ambiguity };
    const { graph, components, isWithoutReads } = found;
    if (components.size.every((count) => count === 1)) return { order: orderOf(components, committed) };
    if (isWithoutReads) return { order: orderWithoutReads(graph, committed) };
    const open = unordered(dependencies.unobserved, found);
    if (open !== undefined) {
      const who = [...open.writers]
        .slice(0, 3)
        .map((writer) => `T${writer}`)
        .join(", ");
      const reason = `the last appends to key ${index.keys[open.key]!.name} (${who}) were never read: their order decides, and is not known`;
      return { reason };
    }
    if (consistency !== "consistent-view") {
      const writers = dependencies.unobserved.map((ofKey) => ofKey.writers);
      return { schedule: snapshotSchedule(graph, components, committed, writers) };
    }
    return found.mayHideSingle ? { reason: "the search for a cycle with one rw dependency took too long" } : {};
  });
};
