import { describe } from "../../model/plain.ts";
import { Patience } from "../patience.ts";
import { PlainAnomalies } from "./anomaly.ts";
import { type TransactionOptions, transactionBytesMaxDefault } from "./check-list-append.ts";
import { type ConsistencyModel, cyclesForbiddenBy, variantsOf } from "./consistency-models.ts";
import type { CycleStep } from "./cycle-search.ts";
import { DependencyEdges, type DependencyGraph } from "./dependency-graph.ts";
import { addRealTimeOrder, addSessionOrder, inOrderOfCall } from "./order-edges.ts";
import { RegisterDependencies } from "./register-dependencies.ts";
import { RegisterIndex } from "./register-index.ts";
import { serialOrder } from "./serial-order.ts";
import { snapshotSchedule } from "./snapshot-schedule.ts";
import type { RegisterTransaction } from "./transaction.ts";
import {
  judgeTransactions,
  orderWithoutReads,
  type TransactionsVerdict,
  withinBounds,
} from "./transactions-verdict.ts";
import { type VersionAssumptions, type VersionImplications, VersionOrder } from "./version-order.ts";

/** What to check transactions on registers for, and what to take for granted of each register. */
export interface RegisterOptions extends TransactionOptions, VersionAssumptions {}

const unknownOrder = (index: RegisterIndex, [first, second]: readonly [number, number]): string => {
  const [a, b] = [first, second]
    .sort((one, other) => one - other)
    .map((write) => `T${index.writer[write]}'s write of ${describe(index.valueOf[write])}`);
  const { name } = index.keys[index.keyOfWrite[first]!]!;
  return `the order of ${a} and ${b} to key ${name} cannot be inferred`;
};

/**
 * Who forbids a G-single in sessions, or in real time, keeps the versions of each key in that order: of two versions that
 * were found one after the other the second one is newer, or else whoever found it has missed the first.
 */
const impliedBy = (consistency: ConsistencyModel): VersionImplications => {
  const variants = cyclesForbiddenBy(consistency).includes("G-single") ? variantsOf(consistency) : [];
  // Time orders nearly everything that sessions do.
  const realTime = variants.includes("-realtime");
  return { sessions: !realTime && variants.includes("-process"), realTime };
};

/** Attempts at a serial order: each is a walk through the history. */
const attempts = 30;

/**
 * A serial order that keeps all dependencies. What holds in real time holds without it, and most histories are as good:
 * so where the bare dependencies leave too much open, time and the order in which each key changed serve as a guide.
 */
const orderBySearch = (
  graph: DependencyGraph,
  index: RegisterIndex,
  consistency: ConsistencyModel,
  patience: Patience,
): readonly number[] | undefined => {
  const bare = serialOrder(graph, index, 1, patience);
  if (bare !== undefined) return bare;
  const { transactions, committed } = index;
  const edges = new DependencyEdges(transactions.length, patience);
  const found = new PlainAnomalies();
  const versions = new VersionOrder(index, { linearizableKeys: true }, { sessions: false, realTime: false }, found);
  new RegisterDependencies(index, versions, edges, found);
  const calls = inOrderOfCall(transactions);
  if (variantsOf(consistency).includes("-process")) addSessionOrder(edges, transactions, committed, calls);
  addRealTimeOrder(edges, transactions, committed, calls);
  return serialOrder(edges.graph(), index, attempts, patience) ?? serialOrder(graph, index, attempts, patience);
};

/**
 * Whether transactions that read and write registers are as a consistency model claims (Adya 1999; Kingsbury and Alvaro
 * 2020). Values are written once to a key, or the verdict is unknown; null is what is there before all writes. The order
 * of two writes is known where one transaction reads the one and writes the other, by what is assumed of each key, and by
 * the order of calls where the model implies that of each key. What is found is certain all the same. Where not all is
 * known, a history holds if a serial order is found that explains it, and otherwise it is unknown, with two such writes.
 *
 * Indeterminate transactions took effect when somebody read what they wrote. Throws `HistoryError` where times run back,
 * and where the model asks for sessions and a process has two transactions open at once.
 */
export const checkRegisters = (
  transactions: readonly RegisterTransaction[],
  options: RegisterOptions = {},
): TransactionsVerdict => {
  const { expired, bytesMax = transactionBytesMaxDefault } = options;
  return withinBounds(transactions, () => judged(transactions, options, new Patience(expired, bytesMax)));
};

const judged = (
  transactions: readonly RegisterTransaction[],
  { consistency = "strict-serializable", sequentialKeys = false, linearizableKeys = false }: RegisterOptions,
  patience: Patience,
): TransactionsVerdict => {
  const anomalies = new PlainAnomalies();
  const index = new RegisterIndex(transactions, anomalies);
  patience.look();
  const { committed } = index;
  const order = new VersionOrder(index, { sequentialKeys, linearizableKeys }, impliedBy(consistency), anomalies);
  patience.look();
  const edges = new DependencyEdges(transactions.length, patience);
  const dependencies = new RegisterDependencies(index, order, edges, anomalies);
  const meaning = {
    transactions,
    committed,
    edges,
    anomalies,
    patience,
    findAmong: (isOnCycle: (transaction: number) => boolean) => dependencies.findFracturedReads(isOnCycle),
    explain: (step: CycleStep) => dependencies.explain(step),
  };
  return judgeTransactions(meaning, consistency, ({ graph, components, isWithoutReads, mayHideSingle }) => {
    if (index.ambiguity !== undefined) return { reason: index.ambiguity };
    const isAcyclic = components.size.every((count) => count === 1);
    const serial = isAcyclic ? orderBySearch(graph, index, consistency, patience) : undefined;
    if (serial !== undefined) return { order: serial };
    if (isWithoutReads && consistency !== "read-atomic") return { order: orderWithoutReads(graph, committed) };
    if (order.unknown !== undefined) return { reason: unknownOrder(index, order.unknown) };
    if (consistency === "read-atomic") return { order: orderWithoutReads(graph, committed) };
    if (consistency !== "consistent-view") return { schedule: snapshotSchedule(graph, components, committed, []) };
    return mayHideSingle ? { reason: "the search for a cycle with one rw dependency took too long" } : {};
  });
};
