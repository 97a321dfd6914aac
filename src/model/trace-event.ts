import type { EventId, Incarnation, NodeId } from "./ids.ts";
import type { SystemModel } from "./system-model.ts";

/** What the header of a trace file says it is. */
export const traceFormat = "quorate-trace";
/** Bumped when a reader of older traces must change. */
export const traceVersion = 1;

/**
 * What can happen. `request` and `indication` are calls at the ports inside a node, `call` is a request from outside
 * (a client), `answer` an indication that left the top of a stack. `drop` is a message that was lost, cut or refused.
 * `settled` tells a node that no more input is at hand; `durable` that its writes up to a point survived.
 */
export type TraceKind =
  | "boot"
  | "call"
  | "answer"
  | "send"
  | "deliver"
  | "drop"
  | "timer"
  | "settled"
  | "durable"
  | "request"
  | "indication"
  | "disk"
  | "crash"
  | "recover"
  | "pause"
  | "fault"
  | "note";

/**
 * One event of a run, on every host. Lamport and vector stamps are derived from `cause` and `node`, never stored.
 * Times are milliseconds: `at` is virtual (or the host's own) time, the other two are the node's clocks.
 */
export interface TraceEvent {
  readonly id: EventId;
  readonly kind: TraceKind;
  /** The node where it happened; for a drop the node that would have received. Absent for the network itself. */
  readonly node?: NodeId | undefined;
  readonly incarnation?: Incarnation | undefined;
  readonly at: number;
  readonly monotonic?: number | undefined;
  readonly wall?: number | undefined;
  /** The event that caused it: for a delivery its send, for a send the event being handled. */
  readonly cause?: EventId | undefined;
  /** The other end of a message. */
  readonly peer?: NodeId | undefined;
  /** Port path: the channel of a message, the port of a request, an indication or a timer. */
  readonly path?: string | undefined;
  /** The request, indication, timer or fault by name; the text of a note. */
  readonly name?: string | undefined;
  /** Message body, or the arguments, or the details of a fault or note. */
  readonly data?: unknown;
  /** The decision that was taken here, and how many alternatives there were. */
  readonly decision?: { readonly name: string; readonly value: number; readonly alternatives: number } | undefined;
  /** Hash of the node's state after the event, where the host computes it. */
  readonly stateHash?: number | undefined;
  /** What changed in the node's state, by path, where the host computes it. */
  readonly changes?:
    | readonly { readonly path: string; readonly before: unknown; readonly after: unknown }[]
    | undefined;
}

/** The first line of a trace file. */
export interface TraceHeader {
  readonly format: typeof traceFormat;
  readonly version: number;
  readonly scenario: string;
  readonly model: SystemModel;
  readonly parameters: { readonly [name: string]: number | string | boolean };
  readonly seed: number;
  /** Version of the code that made the run. */
  readonly code: string;
  readonly nodes: readonly { readonly id: NodeId; readonly name: string }[];
  readonly edits?: readonly unknown[];
}

/** A whole trace. */
export interface Trace {
  readonly header: TraceHeader;
  readonly events: readonly TraceEvent[];
}
