import {
  type ConsistencyModel,
  consistencyModels,
  historyModels,
  type ObjectConsistency,
  objectConsistencies,
  type TransactionWorkload,
  tracePropertyNames,
} from "../../check/index.ts";

const workloads: readonly TransactionWorkload[] = ["list-append", "rw-register"];

/** Whether a model is one of transactions; lists that are appended to are both, an object and a workload. */
export const isWorkload = (model: string): model is TransactionWorkload =>
  (workloads as readonly string[]).includes(model);

/** Whether a consistency model is one of transactions. */
export const isOfTransactions = (consistency: string): consistency is ConsistencyModel =>
  (consistencyModels as readonly string[]).includes(consistency);

/** Whether a consistency model is one of objects. */
export const isOfObjects = (consistency: string): consistency is ObjectConsistency =>
  (objectConsistencies as readonly string[]).includes(consistency);

/** The objects and workloads that `quorate check` knows. */
export const checkableModels: readonly string[] = [
  ...new Set([...historyModels.map(({ name }) => name), ...workloads]),
];

/** What it can hold histories, and recorded runs, to. */
export const checkableConsistencies: readonly string[] = [
  ...objectConsistencies,
  ...consistencyModels,
  ...tracePropertyNames,
];
