import type { StateMachine } from "../state-machine.ts";
import { isRangeRequest } from "./command-shape.ts";
import { emptyStore, type KeyValueState, storeHash, viewOf } from "./key-value-state.ts";
import {
  type KeyValueAnswer,
  type KeyValueLimits,
  type KeyValueOperation,
  type KeyValueResult,
  keyValueLimits,
  type RangeRequest,
} from "./key-value-types.ts";
import { type RangeCursor, range, rangePart } from "./range.ts";
import { addSlice, addTextSlice, type StoreChunk, sliceOf, type TextChunk } from "./store-slices.ts";
import { commandRefusal, growthMax, keysRefusal, performCommand, performPut, putRefusal } from "./transaction.ts";

/** A put by itself: whether it is refused is known before anything is written, and the tree is written in place. */
const applyPut = (
  state: KeyValueState,
  command: KeyValueOperation & { readonly kind: "put" },
  limits: KeyValueLimits,
  storeBytesMax: number,
): KeyValueAnswer => {
  const why = putRefusal(state, command, limits, storeBytesMax);
  if (why !== null) return { kind: "refused", why, revision: state.revision };
  const response = performPut(state, command, state.revision + 1);
  state.revision++;
  return { kind: "done", revision: state.revision, response };
};

/** A command that is well-formed. Only where it may fill the store it is done on a view, of which nothing may be left. */
const applyCommand = (state: KeyValueState, command: KeyValueOperation, storeBytesMax: number): KeyValueAnswer => {
  const isSafe = state.root.bytes + growthMax(command) <= storeBytesMax;
  const { edition } = state;
  const draft = isSafe ? state : viewOf(state);
  const performed = performCommand(draft, command, storeBytesMax);
  if (performed.refused !== null) {
    state.edition = edition;
    return { kind: "refused", why: performed.refused, revision: state.revision };
  }
  state.root = draft.root;
  state.revision = draft.revision;
  return { kind: "done", revision: state.revision, response: performed.response };
};

/** The parts of one range, one after the other. */
const joined = (parts: readonly KeyValueResult[]): KeyValueResult => {
  const responses = parts.map((part) => (part.kind === "done" ? part.response : null));
  const [first] = parts;
  const [counted] = responses;
  if (first?.kind !== "done" || counted == null) return first!;
  const entries = responses.flatMap((response) => response?.entries ?? []);
  const more = responses.at(-1)?.more ?? false;
  return { kind: "done", revision: first.revision, response: { kind: "range", entries, count: counted.count, more } };
};

/**
 * A key-value store with revisions, as a state machine: put, delete, ranges in the order of the bytes, and transactions
 * that compare and then do one thing or the other. Commands and their order of revisions are those of etcd. Snapshots go
 * in slices, and hash and size are kept up to date by every write, so no step takes long because the store is large.
 */
export const keyValueMachine = (
  limits: Partial<KeyValueLimits> = {},
): StateMachine<KeyValueState, KeyValueOperation, KeyValueAnswer, RangeRequest, KeyValueResult> => {
  const bounds: KeyValueLimits = { ...keyValueLimits, ...limits };
  return {
    name: "key-value store",
    version: 2,
    answersArePlain: true,
    keepsNoBytes: true,
    setting: bounds.storeBytesMax,
    init: emptyStore,
    apply(state, command, { setting: quota = bounds.storeBytesMax }) {
      if (command?.kind === "put") return applyPut(state, command, bounds, quota);
      const why = commandRefusal(command, bounds);
      if (why !== null) return { kind: "refused", why, revision: state.revision };
      return applyCommand(state, command, quota);
    },
    query(state, request) {
      const { revision } = state;
      const why = isRangeRequest(request) ? keysRefusal(request, bounds) : "malformed";
      if (why !== null) return { kind: "refused", why, revision };
      return { kind: "done", revision, response: range(state, request) };
    },
    parts: {
      part(state, request, cursor) {
        const { revision } = state;
        const why = isRangeRequest(request) ? keysRefusal(request, bounds) : "malformed";
        if (why !== null) return { result: { kind: "refused", why, revision }, next: null };
        const { response, next } = rangePart(state, request, cursor as RangeCursor | null, bounds.partEntriesMax);
        return { result: { kind: "done", revision, response }, next };
      },
      join: joined,
    },
    slicing: {
      view: viewOf,
      slice: (view, cursor) => sliceOf(view, cursor),
      restore: (state, chunk, version) =>
        version === 1 ? addTextSlice(state, chunk as TextChunk) : addSlice(state, chunk as StoreChunk),
    },
    hash: storeHash,
  };
};
