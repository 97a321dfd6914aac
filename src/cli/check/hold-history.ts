import {
  checkRecorded,
  checkRecordedTransactions,
  guessModel,
  historyModels,
  type RecordedHistory,
  type RecordedVerdict,
  type ToldOperation,
  tellRecorded,
  tellRecordedTransactions,
} from "../../check/index.ts";
import { usage } from "../cli-error.ts";
import { isOfObjects, isOfTransactions, isWorkload } from "./checkable.ts";

/** What to hold a history against. */
export interface Claim {
  readonly model: string;
  readonly consistency: string;
}

/** How much may be spent. */
export interface Budget {
  readonly seconds: number;
  readonly bytesMax: number;
  /** What the object holds at first; undefined where the model knows. */
  readonly initial: unknown;
}

/** The claim that the command line makes, completed by what the history looks like. */
export const claimOf = (history: RecordedHistory, model?: string, consistency?: string): Claim => {
  const object = model ?? guessModel(history);
  return { model: object, consistency: consistency ?? (isWorkload(object) ? "strict-serializable" : "linearizable") };
};

const holdObject = (history: RecordedHistory, { model, consistency }: Claim, budget: Budget): RecordedVerdict => {
  const object = historyModels.find(({ name }) => name === model);
  if (object === undefined || !isOfObjects(consistency)) {
    const why = isOfTransactions(consistency)
      ? `${consistency} is told of transactions: --model list-append or rw-register`
      : `${model} is told of transactions: --consistency serializable, for one`;
    throw usage(`${model} cannot be held to ${consistency}: ${why}.`);
  }
  const started = performance.now();
  return checkRecorded(history, object, {
    consistency,
    ...(budget.initial === undefined ? {} : { initial: budget.initial }),
    stepsMax: Number.MAX_SAFE_INTEGER,
    bytesMax: budget.bytesMax,
    expired: () => performance.now() - started > budget.seconds * 1_000,
  });
};

/** Holds a history against a claim. */
export const holdHistory = (history: RecordedHistory, claim: Claim, budget: Budget): RecordedVerdict =>
  isWorkload(claim.model) && isOfTransactions(claim.consistency)
    ? checkRecordedTransactions(history, claim.model, claim.consistency)
    : holdObject(history, claim, budget);

/** All operations of a history, in words. */
export const tellHistory = (history: RecordedHistory, { model, consistency }: Claim): readonly ToldOperation[] => {
  if (isWorkload(model) && isOfTransactions(consistency)) return tellRecordedTransactions(history, model);
  const object = historyModels.find(({ name }) => name === model);
  return object === undefined ? [] : tellRecorded(history, object);
};
