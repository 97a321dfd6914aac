import {
  checkRecorded,
  checkRecordedTransactions,
  guessModel,
  type HistoryModel,
  historyModels,
  ownModel,
  type RecordedHistory,
  type RecordedVerdict,
  type ToldOperation,
  tellRecorded,
  tellRecordedTransactions,
} from "../../check/index.ts";
import { usage } from "../cli-error.ts";
import { nearest, quoteBack } from "../nearest.ts";
import { checkableModels, isOfObjects, isOfTransactions, isWorkload } from "./checkable.ts";
import { isSpecificationFile, loadSpecification } from "./user-specification.ts";

/** What to hold a history against. */
export interface Claim {
  readonly model: string;
  /** The object of that name; undefined where it is a workload of transactions only. */
  readonly object: HistoryModel | undefined;
  readonly consistency: string;
}

/** Steps for making a culprit small: some seconds, whatever the search took. */
const explainStepsMax = 2_000_000;

/** How much may be spent. */
export interface Budget {
  readonly seconds: number;
  readonly bytesMax: number;
  /** What the object holds at first; undefined where the model knows. */
  readonly initial: unknown;
}

/** The claim that the command line makes, completed by what the history looks like. */
export const claimOf = async (history: RecordedHistory, named?: string, consistency?: string): Promise<Claim> => {
  const model = named ?? guessModel(history);
  const object = isSpecificationFile(model)
    ? ownModel(history, await loadSpecification(model))
    : historyModels.find(({ name }) => name === model);
  if (object === undefined && !isWorkload(model)) {
    const near = nearest(model, checkableModels);
    const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
    throw usage(
      `there is no model ${quoteBack(model)}.${hint} There are ${checkableModels.join(", ")}, and your own file.`,
    );
  }
  const usual = isWorkload(model) ? "strict-serializable" : "linearizable";
  return { model, object, consistency: consistency ?? usual };
};

const expiryOf = ({ seconds }: Budget): (() => boolean) => {
  const started = performance.now();
  return () => performance.now() - started > seconds * 1_000;
};

const holdObject = (
  history: RecordedHistory,
  { model, object, consistency }: Claim,
  budget: Budget,
): RecordedVerdict => {
  const isOfIntervals = consistency === "interval" || consistency === "final-interval";
  if (isOfIntervals && model !== "set" && model !== "counter")
    throw usage(`${model} cannot be held to ${consistency}: that is told of a set or a counter.`);
  if (object === undefined || !isOfObjects(consistency)) {
    const why = isOfTransactions(consistency)
      ? `${consistency} is told of transactions: --model list-append or rw-register`
      : isOfObjects(consistency)
        ? `${model} is told of transactions: --consistency serializable, for one`
        : `${consistency} is told of a trace file`;
    throw usage(`${model} cannot be held to ${consistency}: ${why}.`);
  }
  return checkRecorded(history, object, {
    consistency,
    ...(budget.initial === undefined ? {} : { initial: budget.initial }),
    stepsMax: Number.MAX_SAFE_INTEGER,
    bytesMax: budget.bytesMax,
    explainStepsMax,
    expired: expiryOf(budget),
  });
};

/** Holds a history against a claim. */
export const holdHistory = (history: RecordedHistory, claim: Claim, budget: Budget): RecordedVerdict =>
  isWorkload(claim.model) && isOfTransactions(claim.consistency)
    ? checkRecordedTransactions(history, claim.model, claim.consistency, {
        expired: expiryOf(budget),
        bytesMax: budget.bytesMax,
      })
    : holdObject(history, claim, budget);

/** All operations of a history, in words. */
export const tellHistory = (
  history: RecordedHistory,
  { model, object, consistency }: Claim,
): readonly ToldOperation[] => {
  if (isWorkload(model) && isOfTransactions(consistency)) return tellRecordedTransactions(history, model);
  return object === undefined ? [] : tellRecorded(history, object);
};
