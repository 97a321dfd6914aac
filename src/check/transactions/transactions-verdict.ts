import { isOutOfMemory, isOutOfTime, memoryReason, type Patience, timeReason } from "../patience.ts";
import type { DependencyStep, PlainAnomalies, TransactionAnomaly } from "./anomaly.ts";
import {
  type AnomalyKind,
  anomaliesForbiddenBy,
  type ConsistencyModel,
  cycleKinds,
  cyclesForbiddenBy,
  modelsRuledOutBy,
  variantsOf,
} from "./consistency-models.ts";
import { type Cycle, type CycleStep, type FoundCycles, findCycles } from "./cycle-search.ts";
import { anyLabel, type DependencyEdges, type DependencyGraph, dependency } from "./dependency-graph.ts";
import { addRealTimeOrder, addSessionOrder, type Committed, inOrderOfCall } from "./order-edges.ts";
import type { SnapshotMoment } from "./snapshot-schedule.ts";
import { type StrongComponents, strongComponents } from "./strong-components.ts";
import { cyclicPart } from "./subgraph.ts";
import type { Transaction } from "./transaction.ts";

/** What is the same in every verdict on transactions. */
export interface TransactionsFound {
  /** The first, or for cycles a shortest, anomaly of each kind that was found, whether the model forbids it or not. */
  readonly anomalies: readonly TransactionAnomaly[];
  /** The models that these anomalies rule out. Only the cycles that the model asked for could have were looked for. */
  readonly ruledOut: readonly ConsistencyModel[];
}

/** The verdict on a history of transactions; `holds` and `violated` are exact. */
export type TransactionsVerdict = TransactionsFound &
  (
    | {
        readonly verdict: "holds";
        /**
         * Numbers of the transactions that took effect, in an order in which none depends on a later one. For the
         * serializable models, and wherever the history is as good as that, it is a serial order that explains every
         * read.
         */
        readonly order?: readonly number[];
        /** Where snapshot isolation holds and no serial order is known: an order of snapshots and commits. */
        readonly schedule?: readonly SnapshotMoment[];
      }
    | {
        readonly verdict: "violated";
        /** The smallest anomaly that the model forbids. */
        readonly culprit: TransactionAnomaly;
      }
    | { readonly verdict: "unknown"; readonly reason: string }
  );

/** A history as far as one workload can make sense of it. */
export interface Interpretation {
  readonly transactions: readonly Transaction<unknown>[];
  readonly committed: Committed;
  readonly edges: DependencyEdges;
  readonly anomalies: PlainAnomalies;
  readonly patience: Patience;
  /** Looks for the anomalies without a cycle of their own that only transactions on a cycle can show. */
  findAmong(isOnCycle: (transaction: number) => boolean): void;
  explain(step: CycleStep): string;
}

/** What remains to be judged where no forbidden anomaly was found. */
export interface Judgement {
  readonly graph: DependencyGraph;
  /** Along all dependencies, and the orders that the model asks for. */
  readonly components: StrongComponents;
  readonly mayHideSingle: boolean;
  /** Whether the model forbids no cycle with an rw dependency. */
  readonly isWithoutReads: boolean;
  /** Whether the model forbids every cycle. */
  readonly isSerializable: boolean;
}

/** What shows that a history holds. */
type Witness = Pick<Extract<TransactionsVerdict, { readonly verdict: "holds" }>, "order" | "schedule">;

const { ww, wr, rw, process, realtime, onward, wwBySession, rwBySession, wwByTime, rwByTime } = dependency;
const nameOfLabel: { readonly [label: number]: DependencyStep["dependency"] } = {
  [ww]: "ww",
  [wr]: "wr",
  [rw]: "rw",
  [process]: "process",
  [realtime]: "realtime",
  [wwBySession]: "ww",
  [rwBySession]: "rw",
  [wwByTime]: "ww",
  [rwByTime]: "rw",
};

const sentenceOfStep = ({ transactions, explain }: Interpretation, step: CycleStep): string => {
  const { from, to, label } = step;
  if (label === process) return `process ${transactions[from]!.process} called T${to} after T${from}`;
  if (label === realtime) return `T${from} had returned when T${to} was called`;
  const base = nameOfLabel[label] === "ww" ? ww : nameOfLabel[label] === "rw" ? rw : label;
  const sentence = explain({ ...step, label: base });
  if (label === base) return sentence;
  return `${sentence}, as ${(label & (wwByTime | rwByTime)) === 0 ? "sessions have" : "real time has"} it`;
};

const toldCycle = (meaning: Interpretation, kind: AnomalyKind, cycle: Cycle): TransactionAnomaly => {
  const steps = cycle.map((step): DependencyStep => {
    const { from, to, label } = step;
    return { from, to, dependency: nameOfLabel[label]!, sentence: sentenceOfStep(meaning, step) };
  });
  const order = [...cycle.map(({ from }) => from), cycle[0]!.from].map((at) => `T${at}`).join(" < ");
  const sentence = `${order}: ${steps.map((step) => step.sentence).join("; ")}`;
  return { kind, transactions: cycle.map(({ from }) => from), steps, sentence };
};

/** The smallest anomaly that a model forbids; of equal ones a cycle, whose steps say more, and the worst. */
const culpritOf = (
  anomalies: readonly TransactionAnomaly[],
  model: ConsistencyModel,
): TransactionAnomaly | undefined => {
  const forbidden = [...anomaliesForbiddenBy(model)];
  const rank = ({ kind, transactions, steps }: TransactionAnomaly): number =>
    (2 * transactions.length + (steps === undefined ? 1 : 0)) * forbidden.length + forbidden.indexOf(kind);
  return anomalies.filter(({ kind }) => forbidden.includes(kind)).sort((a, b) => rank(a) - rank(b))[0];
};

/** Transactions in an order that keeps all edges between components. */
export const orderOf = ({ component }: StrongComponents, committed: Committed): readonly number[] => {
  const order = [...committed.keys()].filter((at) => committed[at] === 1);
  return order.sort((a, b) => component[b]! - component[a]! || a - b);
};

/** Adds what the model says of sessions and of real time, and makes the graph. */
const graphOf = ({ transactions, committed, edges }: Interpretation, model: ConsistencyModel): DependencyGraph => {
  const variants = variantsOf(model);
  const order = inOrderOfCall(transactions);
  if (variants.includes("-process")) addSessionOrder(edges, transactions, committed, order);
  if (variants.includes("-realtime")) addRealTimeOrder(edges, transactions, committed, order);
  return edges.graph();
};

const isAcyclic = ({ size }: StrongComponents): boolean => size.every((count) => count === 1);

/** Unknown where the time of a check is over before its end, or it would take more memory than it may. */
export const withinBounds = (
  transactions: readonly Transaction<unknown>[],
  check: () => TransactionsVerdict,
): TransactionsVerdict => {
  try {
    return check();
  } catch (thrown) {
    const isLate = isOutOfTime(thrown);
    if (!(isLate || isOutOfMemory(thrown))) throw thrown;
    const reason = (isLate ? timeReason : memoryReason)(`${transactions.length} transactions`);
    return { verdict: "unknown", anomalies: [], ruledOut: [], reason };
  }
};

/**
 * The verdict on a history for one model. `judge` says what to hold of one in which nothing forbidden was found: a
 * reason why that is not enough, or an order.
 */
export const judgeTransactions = (
  meaning: Interpretation,
  model: ConsistencyModel,
  judge: (found: Judgement) => { readonly reason: string } | Witness,
): TransactionsVerdict => {
  const { patience, transactions } = meaning;
  patience.look();
  const graph = graphOf(meaning, model);
  patience.look();
  const components = strongComponents(graph, anyLabel);
  const { cycles, mayHideSingle, isLate }: FoundCycles = isAcyclic(components)
    ? { cycles: new Map(), mayHideSingle: false, isLate: false }
    : findCycles(cyclicPart(graph, components), transactions.length, variantsOf(model), patience);
  if (cycles.size > 0) meaning.findAmong((at) => components.size[components.component[at]!]! > 1);
  const anomalies = [
    ...meaning.anomalies.found.values(),
    ...[...cycles].map(([kind, cycle]) => toldCycle(meaning, kind, cycle)),
  ];
  const found = { anomalies, ruledOut: modelsRuledOutBy(anomalies.map(({ kind }) => kind)) };
  const culprit = culpritOf(anomalies, model);
  if (culprit !== undefined) return { verdict: "violated", ...found, culprit };
  if (isLate) return { verdict: "unknown", ...found, reason: timeReason(`${transactions.length} transactions`) };
  const forbidden = cyclesForbiddenBy(model).length;
  const judged = judge({
    graph,
    components,
    mayHideSingle,
    isWithoutReads: forbidden <= 2,
    isSerializable: forbidden === cycleKinds.length,
  });
  return "reason" in judged ? { verdict: "unknown", ...found, ...judged } : { verdict: "holds", ...found, ...judged };
};

/** An order for a model that forbids no cycle with an rw dependency: without those there are no cycles. */
export const orderWithoutReads = (graph: DependencyGraph, committed: Committed): readonly number[] =>
  orderOf(strongComponents(graph, ww | wr | process | realtime | onward), committed);
