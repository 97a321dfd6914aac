/**
 * Histories of operations as clients saw them: who asked what, when, and what came back. The order of invocations and
 * returns is all that a consistency checker may know (Herlihy and Wing 1990, section 2).
 */

/** One operation of one client process on a shared object. Plain data. */
export interface Operation<Input, Output> {
  /** The client that called. Its operations, one after the other, are its program order. */
  readonly process: number;
  readonly input: Input;
  /** When the client called, in milliseconds (any clock, the same one for the whole history). */
  readonly invokedAt: number;
  /** What came back. Absent when nothing came back, or when what came back is not known: then any output is allowed. */
  readonly output?: Output;
  /** When the answer came. Absent: indeterminate, so it may take effect at any later time, or never. */
  readonly returnedAt?: number;
  /** The trace event of the call; orders operations exactly when every operation of the history carries events. */
  readonly invokeEvent?: number;
  /** The trace event of the answer. */
  readonly returnEvent?: number;
}

/** Operations in any order: what orders them are their times and events. */
export type History<Input, Output> = readonly Operation<Input, Output>[];

/** A history that no run can have: two open operations of one process, an answer without a call, time running back. */
export class HistoryError extends Error {
  override readonly name: string = "HistoryError";
  /** Tells this class from others where `instanceof` cannot, as across workers. */
  readonly code: "HISTORY" = "HISTORY";
}

/** Whether an answer came: an operation without one may have taken effect or not, now or later. */
export const isDetermined = (operation: Operation<unknown, unknown>): boolean => operation.returnedAt !== undefined;

/** Whether trace events order this history: each call and each answer has one. Otherwise the times do. */
export const orderedByEvents = (history: History<unknown, unknown>): boolean =>
  history.every(
    ({ invokeEvent, returnedAt, returnEvent }) =>
      invokeEvent !== undefined && (returnedAt === undefined || returnEvent !== undefined),
  );

interface Open<Input> {
  readonly position: number;
  readonly input: Input;
  readonly invokedAt: number;
  readonly invokeEvent: number;
}

/**
 * Collects a history from calls and answers in the order in which they happen. That order is kept exactly, in the
 * events, even where virtual times are equal. Throws `HistoryError` on a sequence that no client can produce.
 */
export class HistoryBuilder<Input, Output> {
  readonly #operations: (Operation<Input, Output> | undefined)[] = [];
  readonly #open = new Map<number, Open<Input>>();
  #lastEvent = -1;
  #lastAt = Number.NEGATIVE_INFINITY;

  /**
   * A process calls. `event` is the id of the trace event; left out, calls and answers are numbered as they come (a
   * history takes either all ids from the trace or none). What different processes do in one event is concurrent.
   */
  invoke(process: number, input: Input, at: number, event: number = this.#lastEvent + 1): void {
    if (this.#open.has(process)) {
      throw new HistoryError(
        `process ${process} invokes an operation while its last one is open: complete it, or crash the process, first`,
      );
    }
    this.#advance(at, event);
    this.#open.set(process, { position: this.#operations.length, input, invokedAt: at, invokeEvent: event });
    this.#operations.push({ process, input, invokedAt: at, invokeEvent: event });
  }

  /** The open operation of a process returns. Output `undefined` means that it is not known, or that there is none. */
  complete(process: number, output: Output | undefined, at: number, event: number = this.#lastEvent + 1): void {
    const { position, input, invokedAt, invokeEvent } = this.#close(process, "an answer");
    this.#advance(at, event);
    const times = { invokedAt, returnedAt: at, invokeEvent, returnEvent: event };
    this.#operations[position] =
      output === undefined ? { process, input, ...times } : { process, input, output, ...times };
  }

  /**
   * No answer will come to what the process has open (a crash, a timeout): it stays indeterminate for ever. A process
   * with nothing open may crash too. Afterwards the process may invoke again.
   */
  crash(process: number): void {
    this.#open.delete(process);
  }

  /** The open operation is known to have had no effect, now or later (a definite refusal): it leaves the history. */
  discard(process: number): void {
    this.#operations[this.#close(process, "a refusal").position] = undefined;
  }

  /** The history so far, in the order of invocation; what is open now is indeterminate in it. */
  history(): History<Input, Output> {
    return this.#operations.filter((operation) => operation !== undefined);
  }

  #close(process: number, what: string): Open<Input> {
    const open = this.#open.get(process);
    if (open === undefined) throw new HistoryError(`process ${process} gets ${what} but has no operation open`);
    this.#open.delete(process);
    return open;
  }

  #advance(at: number, event: number): void {
    if (!(at >= this.#lastAt)) throw new HistoryError(`time runs back from ${this.#lastAt} to ${at}`);
    if (!(event >= this.#lastEvent)) throw new HistoryError(`event ${event} comes after event ${this.#lastEvent}`);
    this.#lastAt = at;
    this.#lastEvent = event;
  }
}
