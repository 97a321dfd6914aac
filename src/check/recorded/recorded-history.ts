import type { Key } from "../specifications/key-value.ts";
import { readEdn } from "./edn-reader.ts";
import { guessFormat } from "./guess-format.ts";
import type { HistoryEvent, HistoryFormat } from "./history-event.ts";
import { readJson } from "./json-reader.ts";
import { mapEvents } from "./map-events.ts";
import { readPorcupineEtcd } from "./porcupine-etcd.ts";
import { SourceText } from "./source-text.ts";

/** One call of a recorded history with what came of it. */
export interface RecordedOperation {
  readonly process: number;
  /** What was called; undefined where the history does not name it. */
  readonly name: string | undefined;
  readonly key: unknown;
  /** What was called with. */
  readonly argument: unknown;
  /** `info` also where no completion was recorded. */
  readonly outcome: "ok" | "fail" | "info" | "refused" | "unseen";
  /** What the completion says; null where there is none. */
  readonly result: unknown;
  /** In milliseconds, or positions in the history where it has no times. */
  readonly invokedAt: number;
  readonly returnedAt: number | undefined;
  /** Positions in the history: they order calls and returns. */
  readonly invokeEvent: number;
  readonly returnEvent: number | undefined;
  /** Where call and completion stand in the text. */
  readonly invokeOffset: number;
  readonly returnOffset: number | undefined;
}

/** A history as it was recorded, before anybody says what the object is. */
export interface RecordedHistory {
  readonly format: HistoryFormat;
  readonly source: SourceText;
  /** In the order of their calls. */
  readonly operations: readonly RecordedOperation[];
}

const readers: { readonly [Format in HistoryFormat]: (source: SourceText) => readonly HistoryEvent[] } = {
  "porcupine-etcd": readPorcupineEtcd,
  "porcupine-kv": (source) => mapEvents(source, readEdn(source)),
  jepsen: (source) => mapEvents(source, readEdn(source)),
  "elle-json": (source) => mapEvents(source, readJson(source)),
  jsonl: (source) => mapEvents(source, readJson(source)),
};

type Draft = { -readonly [Field in keyof RecordedOperation]: RecordedOperation[Field] };

/** Puts calls and completions together. */
class Pairing {
  readonly #source: SourceText;
  /** Jepsen gives a client that crashed a new number: whoever goes on under the old one is two clients. */
  readonly #endsAtInfo: boolean;
  readonly #open = new Map<number, Draft>();
  readonly #ended = new Map<number, HistoryEvent>();
  readonly operations: Draft[] = [];
  #now = Number.NEGATIVE_INFINITY;

  constructor(source: SourceText, endsAtInfo: boolean) {
    this.#source = source;
    this.#endsAtInfo = endsAtInfo;
  }

  add(event: HistoryEvent, position: number): void {
    // Recorders take times before they write lines, so neighbours may be swapped; the lines give the order.
    this.#now = Math.max(this.#now, event.atMs ?? position);
    if (event.type === "invoke") this.#invoke(event, position);
    else this.#complete(event, position);
  }

  #invoke(event: HistoryEvent, position: number): void {
    const { process, name, key, value, offset } = event;
    const open = this.#open.get(process);
    if (open !== undefined) {
      throw this.#source.error(
        `process ${process} calls while its call of line ${this.#line(open.invokeOffset)} is open: expected a completion of that one first`,
        offset,
      );
    }
    const ended = this.#ended.get(process);
    if (ended !== undefined) {
      throw this.#source.error(
        `process ${process} calls after its :info of line ${this.#line(ended.offset)}: expected a crashed process to come back under a new number`,
        offset,
      );
    }
    const operation: Draft = {
      process,
      name,
      key,
      argument: value,
      outcome: "info",
      result: null,
      invokedAt: this.#now,
      returnedAt: undefined,
      invokeEvent: position,
      returnEvent: undefined,
      invokeOffset: offset,
      returnOffset: undefined,
    };
    this.#open.set(process, operation);
    this.operations.push(operation);
  }

  #complete(event: HistoryEvent, position: number): void {
    const { process, type, name, value, offset } = event;
    const operation = this.#open.get(process);
    if (operation === undefined) {
      throw this.#source.error(
        `process ${process} completes what it has not called: expected an invocation of it before`,
        offset,
      );
    }
    if (name !== undefined && operation.name !== undefined && name !== operation.name) {
      throw this.#source.error(
        `process ${process} called ${operation.name} in line ${this.#line(operation.invokeOffset)}: expected a completion of that, found one of ${name}`,
        offset,
      );
    }
    this.#open.delete(process);
    operation.outcome = type as RecordedOperation["outcome"];
    operation.result = value;
    operation.returnOffset = offset;
    if (type === "info") {
      if (this.#endsAtInfo) this.#ended.set(process, event);
      return;
    }
    operation.returnedAt = this.#now;
    operation.returnEvent = position;
  }

  #line(offset: number): number {
    return this.#source.position(offset).line;
  }
}

/**
 * Reads a recorded history. Without a format, the content tells it. Throws `HistoryFormatError` where the text is
 * malformed or truncated, where a completion has no invocation, and where a process has two calls open.
 */
export const readHistory = (text: string, format?: HistoryFormat): RecordedHistory => {
  const source = new SourceText(text);
  const known = format ?? guessFormat(source);
  const pairing = new Pairing(source, known !== "jsonl");
  const events = readers[known](source);
  for (const [position, event] of events.entries()) pairing.add(event, position);
  if (events.length === 0) throw source.expected("a history with at least one event", source.text.length);
  return { format: known, source, operations: pairing.operations };
};

/** Whether a value can name a key. */
export const isKey = (value: unknown): value is Key => typeof value === "string" || typeof value === "number";
