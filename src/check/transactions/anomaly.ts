import type { AnomalyKind, PlainAnomalyKind } from "./consistency-models.ts";

/** One step of a cycle in words. */
export interface DependencyStep {
  /** Numbers of transactions in the history: `to` depends on `from`. */
  readonly from: number;
  readonly to: number;
  readonly dependency: "ww" | "wr" | "rw" | "process" | "realtime";
  /** Why, in a sentence. */
  readonly sentence: string;
}

/** One anomaly, with the transactions that show it. */
export interface TransactionAnomaly {
  readonly kind: AnomalyKind;
  /** Their numbers in the history; of a cycle, in its order. */
  readonly transactions: readonly number[];
  /** Of a cycle: its steps; the last one ends where the first one begins. */
  readonly steps?: readonly DependencyStep[];
  readonly sentence: string;
}

/** The anomalies without a cycle: the first one of each kind. */
export class PlainAnomalies {
  readonly found: Map<PlainAnomalyKind, TransactionAnomaly> = new Map();

  /** Keeps the first of its kind. */
  add(kind: PlainAnomalyKind, transactions: readonly number[], sentence: () => string): void {
    if (this.found.has(kind)) return;
    this.found.set(kind, { kind, transactions: [...new Set(transactions)], sentence: sentence() });
  }
}
