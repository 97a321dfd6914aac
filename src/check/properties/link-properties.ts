import { describe } from "../../model/index.ts";
import { type AnyProperty, property } from "../property.ts";

/** One message of a link, as a property remembers it: who sent it to whom, what, and in which events. */
interface Sent {
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly event: number;
}

interface Deliveries {
  readonly sent: Sent[];
  readonly delivered: Map<string, number>;
}

const keyOf = (message: unknown): string => describe(message, 10_000);
const wayOf = (from: number, to: number, message: string): string => `${from}>${to} ${message}`;

/** Messages of a workload are told apart by their content: a scenario sends each message once. */
const remember = (sent: Sent[], from: number, event: number, args: readonly unknown[]): void => {
  sent.push({ from, to: args[0] as number, message: keyOf(args[1]), event });
};

/**
 * Reliable delivery: a message that a correct process sends to a correct process is delivered (PL1; SL1 and AL1 where
 * the book numbers it so). Cachin, Guerraoui, Rodrigues 2011, module 2.3.
 */
export const reliableDelivery = (id: string): AnyProperty =>
  property<{ readonly owed: Map<string, Sent>; readonly incarnations: Map<number, number> }>({
    id,
    kind: "liveness",
    text: "If a correct process sends a message to a correct process, the latter eventually delivers it.",
    init: () => ({ owed: new Map(), incarnations: new Map() }),
    on(s, { kind, node, event, name, args }, report) {
      if (kind === "request" && name === "send") {
        report.premise();
        const way = wayOf(node, args[0] as number, keyOf(args[1]));
        s.owed.set(way, { from: node, to: args[0] as number, message: keyOf(args[1]), event });
      } else if (kind === "indication" && name === "deliver")
        s.owed.delete(wayOf(args[0] as number, node, keyOf(args[1])));
    },
    pending(s, { correct }) {
      for (const { from, to, message, event } of s.owed.values()) {
        if (correct.includes(from) && correct.includes(to))
          return `process ${to} never delivers ${message}, which process ${from} sent in event ${event}`;
      }
      return null;
    },
  });

/** No duplication: no message is delivered more than once (PL2). A process that recovered has a new life for this. */
export const noDuplication = (id: string, perIncarnation = false): AnyProperty =>
  property<Deliveries>({
    id,
    kind: "safety",
    text: "No message is delivered by a process more than once.",
    init: () => ({ sent: [], delivered: new Map() }),
    on(s, { kind, node, incarnation, event, name, args }, report) {
      if (kind !== "indication" || name !== "deliver") return;
      report.premise();
      const way = `${perIncarnation ? incarnation : 0}:${wayOf(args[0] as number, node, keyOf(args[1]))}`;
      const before = s.delivered.get(way);
      if (before !== undefined)
        report.violated(
          `process ${node} delivers ${keyOf(args[1])} from process ${String(args[0])} twice`,
          before,
          event,
        );
      s.delivered.set(way, event);
    },
  });

/** No creation: what is delivered with a sender was sent by it (PL3, AL3 "authenticity"). */
export const noCreation = (
  id: string,
  text = "If a process delivers a message with sender p, then p sent it to that process.",
): AnyProperty =>
  property<Deliveries>({
    id,
    kind: "safety",
    text,
    init: () => ({ sent: [], delivered: new Map() }),
    on(s, { kind, node, event, name, args }, report) {
      if (kind === "request" && name === "send") remember(s.sent, node, event, args);
      if (kind !== "indication" || name !== "deliver") return;
      report.premise();
      const message = keyOf(args[1]);
      if (!s.sent.some((sent) => sent.from === args[0] && sent.to === node && sent.message === message)) {
        report.violated(
          `process ${node} delivers ${message} from process ${String(args[0])}, which never sent it`,
          event,
        );
      }
    },
  });
