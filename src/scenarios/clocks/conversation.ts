import { type AnyBound, type Bound, network, stack } from "../../model/index.ts";
import { type EventClock, type StampedLinks, stampedLinks } from "../../protocols/index.ts";
import type { Draw, Process, Script } from "../../simulate/index.ts";

/** Processes that stamp what happens to them, straight on the network. */
export const stamping = <S extends object, Stamp>(n: number, clock: EventClock<S, Stamp>): readonly Process[] => {
  const bound: Bound<StampedLinks<string, Stamp>> = stack(stampedLinks<string, S, Stamp>(clock), { links: network() });
  return Array.from({ length: n }, (_, node) => ({ name: processName(node), stack: bound as AnyBound }));
};

/** Processes A, B, C … as the figures of the textbooks have them. */
export const processName = (node: number): string => String.fromCharCode(65 + node);

/** Every process does so many things: something by itself, or a message to another, each with a name of its own. */
export const everybodyTalks =
  (n: number, events: number) =>
  (draw: Draw): readonly Script[] =>
    Array.from({ length: n }, (_, node) => ({
      node,
      resumes: true,
      calls: Array.from({ length: events }, (_, count) => {
        const name = `${processName(node).toLowerCase()}${count + 1}`;
        const afterMs = draw.below("pause", 30);
        if (draw.chance("local", 0.3)) return { request: "local", args: [name], afterMs };
        return { request: "send", args: [(node + 1 + draw.below("receiver", n - 1)) % n, name], afterMs };
      }),
    }));

/** Room for a conversation, and none to wait for anything: what is looked at has happened by then. */
export const conversationTimes: { readonly windowMs: number; readonly patienceMs: number } = {
  windowMs: 150,
  patienceMs: 300,
};
