import type { DeadlineRules } from "./deadline.ts";
import type { Invocation } from "./service.ts";

/**
 * What goes between the two sides of a call at most once. `binding` is the incarnation of the server that the client
 * means: a server that restarted has forgotten what it executed, and refuses what was meant for its former self.
 */
export type AtMostOnceMessage =
  | { readonly kind: "bind" }
  | { readonly kind: "bound"; readonly binding: number }
  | {
      readonly kind: "call";
      readonly call: number;
      readonly incarnation: number;
      readonly binding: number;
      readonly doneBelow: number;
      /** What is left of the caller's time, as the deadline rules write it. */
      readonly deadline: number;
      readonly invocation: Invocation;
    }
  | { readonly kind: "reply"; readonly call: number; readonly incarnation: number; readonly answer: unknown };

/** Rules that both sides must share. */
export interface AtMostOnceRules {
  readonly deadlines: DeadlineRules;
}
