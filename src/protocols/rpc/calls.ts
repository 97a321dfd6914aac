import type { NodeId, Port } from "../../model/index.ts";
import type { Invocation } from "./service.ts";

/**
 * Why a call ended without an answer. In neither case does the caller know whether it was executed: a lost request, a
 * dead server and a lost answer look the same from here (row 14).
 */
export type Failure = "deadline" | "server restarted";

/**
 * Remote calls by the name of their method: what a typed stub stands on. The caller numbers its calls upwards.
 *
 * Source: Birrell and Nelson 1984, Implementing Remote Procedure Calls, section 3.
 */
export interface Calls extends Port {
  readonly requests: {
    /** `call` is a number that the caller has not used before. */
    readonly call: (call: number, invocation: Invocation) => void;
  };
  readonly indications: {
    /** The end of a call that was executed. */
    readonly answer: (call: number, method: string, answer: unknown) => void;
    /** The end of a call of which nobody here knows whether it was executed. */
    readonly failed: (call: number, why: Failure) => void;
  };
}

/**
 * The upper side of a server. `executed` is said once for every effect that the service now has, also for those that a
 * recovery did over from the log (so it counts per incarnation); `restored` when those are through.
 */
export interface Serving extends Port {
  readonly requests: Record<never, never>;
  readonly indications: {
    /** An effect that the service now has, named by who asked for it. */
    readonly executed: (client: NodeId, call: number, method: string) => void;
    /** The effects of the log are done over; what follows is new. */
    readonly restored: () => void;
  };
}

/** A request of the simple semantics. `doneBelow`: the caller has its answers to all calls with smaller numbers. */
export interface Call {
  readonly kind: "call";
  readonly call: number;
  readonly incarnation: number;
  readonly doneBelow: number;
  readonly invocation: Invocation;
}

/** An answer on its way back; the incarnation is that of the caller which asked. */
export interface Reply {
  readonly kind: "reply";
  readonly call: number;
  readonly incarnation: number;
  readonly answer: unknown;
}

/** One effect in the log of a server: whose call, and what was done. The log is the state of the service. */
export interface Effect {
  readonly client: NodeId;
  readonly call: number;
  readonly incarnation: number;
  readonly invocation: Invocation;
}
