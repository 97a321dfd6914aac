import { HistoryError } from "../history.ts";
import type { TransactionAnomaly } from "../transactions/anomaly.ts";
import { checkListAppend, type TransactionOptions } from "../transactions/check-list-append.ts";
import { checkRegisters } from "../transactions/check-registers.ts";
import type { ConsistencyModel } from "../transactions/consistency-models.ts";
import type { SnapshotMoment } from "../transactions/snapshot-schedule.ts";
import type { ListAppendTransaction, RegisterTransaction } from "../transactions/transaction.ts";
import type { TransactionsVerdict } from "../transactions/transactions-verdict.ts";
import type { RecordedHistory } from "./recorded-history.ts";
import {
  type RecordedVerdict,
  type ToldCulprit,
  type ToldMoment,
  type ToldOperation,
  toldOperation,
} from "./recorded-verdict.ts";
import { describeTransaction, type TransactionWorkload, transactionHistory } from "./transaction-history.ts";

const checked = (
  transactions: ReturnType<typeof transactionHistory>,
  workload: TransactionWorkload,
  options: TransactionOptions,
): TransactionsVerdict =>
  workload === "list-append"
    ? checkListAppend(transactions as readonly ListAppendTransaction[], options)
    : checkRegisters(transactions as readonly RegisterTransaction[], options);

const culpritOf = (
  { kind, transactions, steps, sentence }: TransactionAnomaly,
  told: (transaction: number) => ToldOperation,
): ToldCulprit => {
  const few = [...new Set(transactions)].sort((a, b) => a - b);
  const dependencies = steps?.map(({ from, to, dependency, sentence: why }) => ({
    from: few.indexOf(from),
    to: few.indexOf(to),
    dependency,
    sentence: why,
  }));
  return {
    sentence,
    anomaly: kind,
    operations: few.map(told),
    ...(dependencies === undefined ? {} : { steps: dependencies }),
  };
};

const toldSchedule = (
  schedule: readonly SnapshotMoment[],
  told: (transaction: number) => ToldOperation,
): readonly ToldMoment[] => schedule.map(({ transaction, moment }) => ({ moment, operation: told(transaction) }));

/**
 * Holds a recorded history of transactions against a consistency model. Transactions are told as T0, T1 … in the order
 * of their calls. Throws `HistoryFormatError` where an operation is no transaction of the workload.
 */
export const checkRecordedTransactions = (
  history: RecordedHistory,
  workload: TransactionWorkload,
  consistency: ConsistencyModel,
  limits: Omit<TransactionOptions, "consistency"> = {},
): RecordedVerdict => {
  const transactions = transactionHistory(history, workload);
  const told = (at: number): ToldOperation =>
    toldOperation(history, history.operations[at]!, `T${at}: ${describeTransaction(transactions[at]!)}`);
  try {
    const result = checked(transactions, workload, { ...limits, consistency });
    const anomalies = result.anomalies.map(({ kind, sentence }) => ({ kind, sentence }));
    if (result.verdict === "unknown") return { verdict: "unknown", reason: result.reason, anomalies };
    if (result.verdict === "violated") {
      return { verdict: "violated", culprit: culpritOf(result.culprit, told), anomalies };
    }
    return {
      verdict: "holds",
      ...(result.order === undefined ? {} : { witness: result.order.map(told) }),
      ...(result.schedule === undefined ? {} : { schedule: toldSchedule(result.schedule, told) }),
      anomalies,
    };
  } catch (thrown) {
    // A process with two open transactions has no session to speak of.
    if (thrown instanceof HistoryError) return { verdict: "unknown", reason: thrown.message };
    throw thrown;
  }
};

/** All transactions of a recorded history as they are told. */
export const tellRecordedTransactions = (
  history: RecordedHistory,
  workload: TransactionWorkload,
): readonly ToldOperation[] =>
  transactionHistory(history, workload).map((transaction, at) =>
    toldOperation(history, history.operations[at]!, `T${at}: ${describeTransaction(transaction)}`),
  );
