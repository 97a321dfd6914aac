import { describe, type NodeId } from "../../model/index.ts";
import { type AnyProperty, type PropertyEvent, property } from "../property.ts";

/** A delivery by a correct process: of which origin, what, and in which event. */
interface Delivery {
  readonly node: NodeId;
  readonly origin: NodeId;
  readonly message: string;
  readonly event: number;
}

const textOf = (value: unknown): string => describe(value, 10_000);
const broadcasts = ({ kind, name }: PropertyEvent): boolean => kind === "request" && name === "broadcast";
const deliversOf = ({ kind, name, node, args, event }: PropertyEvent): Delivery | null =>
  kind === "indication" && name === "deliver"
    ? { node, origin: args[0] as NodeId, message: textOf(args[1]), event }
    : null;

const validity = (): AnyProperty =>
  property<{ readonly sent: { readonly origin: NodeId; readonly message: string }[]; readonly delivered: Delivery[] }>({
    id: "BRB1",
    kind: "liveness",
    text: "If a correct process broadcasts m, then every correct process eventually delivers m.",
    init: () => ({ sent: [], delivered: [] }),
    on(s, event, report) {
      if (broadcasts(event)) {
        report.premise();
        s.sent.push({ origin: event.node, message: textOf(event.args[0]) });
      }
      const delivery = deliversOf(event);
      if (delivery !== null) s.delivered.push(delivery);
    },
    pending({ sent, delivered }, { correct }) {
      for (const { origin, message } of sent) {
        if (!correct.includes(origin)) continue;
        const lacking = correct.find(
          (node) =>
            !delivered.some((known) => known.node === node && known.origin === origin && known.message === message),
        );
        if (lacking !== undefined)
          return `process ${lacking} never delivers ${message}, which correct process ${origin} broadcast`;
      }
      return null;
    },
  });

const noDuplication = (): AnyProperty =>
  property<{ readonly delivered: Delivery[] }>({
    id: "BRB2",
    kind: "safety",
    text: "Every correct process delivers at most one message of an origin.",
    init: () => ({ delivered: [] }),
    on(s, event, report) {
      const delivery = deliversOf(event);
      if (delivery === null) return;
      report.premise();
      const before = s.delivered.find(({ node, origin }) => node === delivery.node && origin === delivery.origin);
      if (before !== undefined)
        report.violated(
          `process ${delivery.node} delivers ${before.message} and ${delivery.message} of process ${delivery.origin}`,
          before.event,
          delivery.event,
        );
      s.delivered.push(delivery);
    },
  });

/** Nobody speaks for a traitor: its own events are not seen, so integrity binds only what correct origins said. */
const integrity = (): AnyProperty =>
  property<{ readonly correct: NodeId[]; readonly sent: Map<NodeId, string[]> }>({
    id: "BRB3",
    kind: "safety",
    text: "If a correct process delivers m of a correct origin, then that origin broadcast m.",
    init: () => ({ correct: [], sent: new Map() }),
    on(s, event, report) {
      if (event.kind === "boot") s.correct.push(event.node);
      if (broadcasts(event)) s.sent.set(event.node, [...(s.sent.get(event.node) ?? []), textOf(event.args[0])]);
      const delivery = deliversOf(event);
      if (delivery === null || !s.correct.includes(delivery.origin)) return;
      report.premise();
      if (!(s.sent.get(delivery.origin) ?? []).includes(delivery.message))
        report.violated(
          `process ${delivery.node} delivers ${delivery.message} of correct process ${delivery.origin}, which never broadcast it`,
          delivery.event,
        );
    },
  });

const consistency = (): AnyProperty =>
  property<{ readonly delivered: Delivery[] }>({
    id: "BRB4",
    kind: "safety",
    text: "If two correct processes deliver a message of one origin, they deliver the same.",
    init: () => ({ delivered: [] }),
    on(s, event, report) {
      const delivery = deliversOf(event);
      if (delivery === null) return;
      const { node, origin, message } = delivery;
      const others = s.delivered.filter((known) => known.node !== node && known.origin === origin);
      if (others.length > 0) report.premise();
      const other = others.find((known) => known.message !== message);
      if (other !== undefined)
        report.violated(
          `process ${other.node} delivers ${other.message} and process ${node} delivers ${message} of process ${origin}`,
          other.event,
          delivery.event,
        );
      s.delivered.push(delivery);
    },
  });

const totality = (): AnyProperty =>
  property<{ readonly delivered: Delivery[] }>({
    id: "BRB5",
    kind: "liveness",
    text: "If a correct process delivers a message of an origin, then every correct process eventually delivers one of it.",
    init: () => ({ delivered: [] }),
    on(s, event, report) {
      const delivery = deliversOf(event);
      if (delivery === null) return;
      report.premise();
      s.delivered.push(delivery);
    },
    pending({ delivered }, { correct }) {
      for (const { node, origin, message } of delivered) {
        if (!correct.includes(node)) continue;
        const lacking = correct.find(
          (other) => !delivered.some((known) => known.node === other && known.origin === origin),
        );
        if (lacking !== undefined)
          return `process ${node} delivers ${message} of process ${origin}, and correct process ${lacking} never delivers any`;
      }
      return null;
    },
  });

/** BRB1–BRB5. Cachin, Guerraoui, Rodrigues 2011, module 3.12, for any number of origins. */
export const byzantineReliableBroadcastProperties = (): readonly AnyProperty[] => [
  validity(),
  noDuplication(),
  integrity(),
  consistency(),
  totality(),
];
