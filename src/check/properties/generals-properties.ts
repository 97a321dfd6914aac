import { describe, type NodeId } from "../../model/index.ts";
import { type AnyProperty, type PropertyEvent, property } from "../property.ts";

/** An order that a loyal lieutenant obeys. */
interface Obedience {
  readonly node: NodeId;
  readonly order: string;
  readonly event: number;
}

const textOf = (value: unknown): string => describe(value, 10_000);
const obedienceOf = ({ kind, name, node, args, event }: PropertyEvent): Obedience | null =>
  kind === "indication" && name === "obey" ? { node, order: textOf(args[0]), event } : null;

const everyLieutenantObeys = (commander: NodeId): AnyProperty =>
  property<{ readonly obeyed: NodeId[] }>({
    id: "IC0",
    kind: "liveness",
    text: "Every loyal lieutenant obeys some order.",
    init: () => ({ obeyed: [] }),
    on(s, event, report) {
      if (event.kind === "boot" && event.node !== commander) report.premise();
      const obedience = obedienceOf(event);
      if (obedience !== null) s.obeyed.push(obedience.node);
    },
    pending({ obeyed }, { correct }) {
      const idle = correct.filter((node) => node !== commander && !obeyed.includes(node));
      return idle.length === 0 ? null : `loyal lieutenant ${idle.join(", ")} obeys no order`;
    },
  });

const sameOrder = (): AnyProperty =>
  property<{ first: Obedience | null }>({
    id: "IC1",
    kind: "safety",
    text: "All loyal lieutenants obey the same order.",
    init: () => ({ first: null }),
    on(s, event, report) {
      const obedience = obedienceOf(event);
      if (obedience === null) return;
      if (s.first === null) {
        s.first = obedience;
        return;
      }
      report.premise();
      const { first } = s;
      if (first.order !== obedience.order)
        report.violated(
          `lieutenant ${first.node} obeys ${first.order} and lieutenant ${obedience.node} obeys ${obedience.order}`,
          first.event,
          obedience.event,
        );
    },
  });

/** A commander that stopped on the way is not loyal: only traitors fail. Events of traitors are not seen. */
const loyalOrder = (commander: NodeId): AnyProperty =>
  property<{ given: { readonly order: string; readonly event: number } | null }>({
    id: "IC2",
    kind: "safety",
    text: "If the commander is loyal, every loyal lieutenant obeys the order that it gave.",
    init: () => ({ given: null }),
    on(s, event, report) {
      const { kind, name, node, args } = event;
      if (node === commander && kind === "crash") s.given = null;
      if (node === commander && kind === "request" && name === "order")
        s.given = { order: textOf(args[0]), event: event.event };
      const obedience = obedienceOf(event);
      if (obedience === null || s.given === null) return;
      report.premise();
      if (obedience.order !== s.given.order)
        report.violated(
          `the loyal commander ordered ${s.given.order} and loyal lieutenant ${obedience.node} obeys ${obedience.order}`,
          s.given.event,
          obedience.event,
        );
    },
  });

/**
 * IC1 and IC2 of Lamport, Shostak, Pease 1982, section 1, and IC0, without which doing nothing would do: every loyal
 * lieutenant obeys something.
 */
export const generalsProperties = (commander: NodeId): readonly AnyProperty[] => [
  everyLieutenantObeys(commander),
  sameOrder(),
  loyalOrder(commander),
];
