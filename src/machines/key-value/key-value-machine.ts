import type { StateMachine } from "../state-machine.ts";
import type { Bytes } from "./bytes.ts";
import { isRangeRequest } from "./command-shape.ts";
import { emptyStore, type KeyValueState, store, storeHash, viewOf } from "./key-value-state.ts";
import {
  type KeyValueAnswer,
  type KeyValueLimits,
  type KeyValueOperation,
  type KeyValueResult,
  keyValueLimits,
  type RangeRequest,
} from "./key-value-types.ts";
import { type RangeCursor, range, rangePart } from "./range.ts";
import { storedOf } from "./stored.ts";
import { keysRefusal, performCommand, performPut, putRefusal } from "./transaction.ts";
import { treeVisit } from "./tree.ts";

/** A slice of a store: some keys, ascending, five values each. */
interface StoreChunk {
  readonly revision: number;
  readonly entries: readonly (Bytes | number)[];
}

const sliceBytesMax = 65_536;

/** The entries from a cursor on, as many as make a slice, and where the next one begins. */
const sliceOf = (
  { root, revision }: KeyValueState,
  cursor: Bytes | null,
): { chunk: StoreChunk; next: Bytes | null } => {
  const entries: (Bytes | number)[] = [];
  let bytes = 0;
  let next: Bytes | null = null;
  treeVisit(root, cursor ?? "", null, (key, { value, createRevision, modRevision, version }) => {
    if (bytes >= sliceBytesMax) {
      next = key;
      return false;
    }
    entries.push(key, value, createRevision, modRevision, version);
    bytes += key.length + value.length;
    return true;
  });
  return { chunk: { revision, entries }, next };
};

const addSlice = (state: KeyValueState, { revision, entries }: StoreChunk): KeyValueState => {
  for (let at = 0; at < entries.length; at += 5) {
    const [key, value, createRevision, modRevision, version] = entries.slice(at, at + 5);
    // A snapshot has each key once.
    const [bytes, created, modified, puts] = [value, createRevision, modRevision, version] as [
      Bytes,
      number,
      number,
      number,
    ];
    store(state, key as Bytes, storedOf(bytes, created, modified, puts));
  }
  state.revision = revision;
  return state;
};

/** A put by itself: whether it is refused is known before anything is written, and the tree is written in place. */
const applyPut = (
  state: KeyValueState,
  command: KeyValueOperation & { readonly kind: "put" },
  limits: KeyValueLimits,
): KeyValueAnswer => {
  const why = putRefusal(state, command, limits);
  if (why !== null) return { kind: "refused", why, revision: state.revision };
  const response = performPut(state, command, state.revision + 1);
  state.revision++;
  return { kind: "done", revision: state.revision, response };
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
    version: 1,
    answersArePlain: true,
    init: emptyStore,
    apply(state, command) {
      if (command?.kind === "put") return applyPut(state, command, bounds);
      // Of a view nothing is left behind when the command is refused.
      const { edition } = state;
      const draft = viewOf(state);
      const performed = performCommand(draft, command, bounds);
      if (performed.refused !== null) {
        state.edition = edition;
        return { kind: "refused", why: performed.refused, revision: state.revision };
      }
      state.root = draft.root;
      state.revision = draft.revision;
      return { kind: "done", revision: state.revision, response: performed.response };
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
      restore: (state, chunk) => addSlice(state, chunk as StoreChunk),
    },
    hash: storeHash,
  };
};
