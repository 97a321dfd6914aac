/**
 * A stack bound wrongly in eight ways is eight compile errors (row by row what the trial of the contract tried). Each
 * `@ts-expect-error` fails this file if the line below it compiles.
 */
import {
  type Bound,
  type Channel,
  channel,
  type Links,
  type Module,
  type NodeId,
  network,
  type Port,
  stack,
} from "./index.ts";

interface Broadcast<M> extends Port {
  readonly requests: { readonly broadcast: (message: M) => void };
  readonly indications: { readonly deliver: (origin: NodeId, message: M) => void };
}
interface Detector extends Port {
  readonly requests: Record<never, never>;
  readonly indications: { readonly suspect: (node: NodeId) => void };
}
interface Leader extends Port {
  readonly requests: Record<never, never>;
  readonly indications: { readonly trust: (node: NodeId) => void };
}
interface Sessions<M> extends Port {
  readonly requests: { readonly send: (to: NodeId, message: M) => void };
  readonly indications: {
    readonly deliver: (from: NodeId, message: M) => void;
    readonly ended: (peer: NodeId) => void;
  };
}

declare const needsBroadcast: () => Module<{
  provides: Broadcast<string>;
  uses: { reliable: Broadcast<string> };
  state: object;
}>;
declare const needsLinks: <M>() => Module<{ provides: Broadcast<M>; uses: { links: Links<M> }; state: object }>;
declare const needsLeader: () => Module<{ provides: Broadcast<string>; uses: { leader: Leader }; state: object }>;
declare const needsDetector: () => Module<{ provides: Leader; uses: { detector: Detector }; state: object }>;
declare const narrow: () => Module<{ provides: Broadcast<string>; uses: { links: Links<"a" | "b"> }; state: object }>;
declare const sessions: <M>() => Module<{ provides: Sessions<M>; uses: { links: Links<M> }; state: object }>;
declare const detector: () => Module<{ provides: Detector; uses: Record<never, never>; state: object }>;

// The right binding compiles, and every message type below the annotation is inferred.
export const right: Bound<Broadcast<string>> = stack(needsBroadcast(), {
  reliable: stack(needsLinks(), { links: network() }),
});

const wrongLinks = stack(needsLinks<number>(), { links: network() });
const endingLinks = stack(sessions<string>(), { links: network() });

// @ts-expect-error 1: another abstraction
export const wrongAbstraction: Bound<Broadcast<string>> = stack(needsBroadcast(), { reliable: network() });
// @ts-expect-error 2: a missing port
export const missingPort: Bound<Broadcast<string>> = stack(needsLeader(), {});
// @ts-expect-error 3: a misspelt port
export const misspeltPort: Bound<Leader> = stack(needsDetector(), { detektor: stack(detector(), {}) });
// @ts-expect-error 4: another message type
export const wrongMessage: Bound<Broadcast<string>> = stack(needsBroadcast(), { reliable: wrongLinks });
// @ts-expect-error 5: a detector where a leader is needed
export const noLeader: Bound<Broadcast<string>> = stack(needsLeader(), { leader: stack(detector(), {}) });
// @ts-expect-error 6: a wider union below: the link may deliver what the layer does not handle
export const widerBelow: Bound<Broadcast<string>> = stack(narrow(), { links: network<"a" | "b" | "c">() });
// @ts-expect-error 7: a narrower union below: the layer sends what the link does not carry
export const narrowerBelow: Bound<Broadcast<string>> = stack(narrow(), { links: network<"a">() });
// @ts-expect-error 8: a session link whose end nobody handles
export const unheardEnd: Bound<Broadcast<string>> = stack(needsLinks<string>(), { links: endingLinks });

declare const asks: () => Module<{ provides: Port; uses: { server: Channel<"question", "reply"> }; state: object }>;
const talk = channel<"question", "reply">("talk");
export const rightEnd: Bound<Port> = stack(asks(), { server: talk.caller });
// @ts-expect-error the wrong end of a channel
export const wrongEnd: Bound<Port> = stack(asks(), { server: talk.callee });
