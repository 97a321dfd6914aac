import { describe, type Incarnation, type NodeId } from "../../model/index.ts";
import { type AnyProperty, type PropertyEvent, property } from "../property.ts";

const textOf = (value: unknown): string => describe(value, 10_000);
const decides = ({ kind, name }: PropertyEvent): boolean => kind === "indication" && name === "decide";
const proposes = ({ kind, name }: PropertyEvent): boolean => kind === "request" && name === "propose";

/** A decision as a property remembers it. */
interface Decision {
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  readonly value: string;
  readonly event: number;
}

const decisionOf = ({ node, incarnation, args, event }: PropertyEvent): Decision => ({
  node,
  incarnation,
  value: textOf(args[0]),
  event,
});

/** Whom a consensus protocol needs: those that want a decision, or everybody (the book's assumption). */
export type TerminationPremise = "it proposes" | "all propose";

/**
 * Termination. A process that stopped right after it proposed may have lost its proposal with everything else: it is owed
 * a decision again once it proposes again.
 */
const termination = (provided: TerminationPremise): AnyProperty =>
  property<{ readonly owed: NodeId[]; readonly decided: NodeId[] }>({
    id: "C1",
    kind: "liveness",
    text:
      provided === "all propose"
        ? "If every correct process proposes, every correct process eventually decides some value."
        : "Every correct process that proposes eventually decides some value.",
    init: () => ({ owed: [], decided: [] }),
    on(s, event, report) {
      const { node, kind } = event;
      if (kind === "crash" && s.owed.includes(node)) s.owed.splice(s.owed.indexOf(node), 1);
      if (proposes(event)) {
        report.premise();
        if (!s.owed.includes(node)) s.owed.push(node);
      } else if (decides(event) && !s.decided.includes(node)) s.decided.push(node);
    },
    pending({ owed, decided }, { correct }) {
      if (provided === "all propose" && !correct.every((node) => owed.includes(node) || decided.includes(node)))
        return null;
      const waiting = owed.filter((node) => correct.includes(node) && !decided.includes(node));
      return waiting.length === 0 ? null : `process ${waiting.join(", ")} proposed, is correct, and never decides`;
    },
  });

const validity = (): AnyProperty =>
  property<{ readonly proposed: string[] }>({
    id: "C2",
    kind: "safety",
    text: "If a process decides v, then v was proposed by some process.",
    init: () => ({ proposed: [] }),
    on(s, event, report) {
      if (proposes(event)) s.proposed.push(textOf(event.args[0]));
      if (!decides(event)) return;
      report.premise();
      const value = textOf(event.args[0]);
      if (!s.proposed.includes(value))
        report.violated(`process ${event.node} decides ${value}, which nobody proposed`, event.event);
    },
  });

/** A process that recovers may have to learn its decision again: integrity is a promise of one incarnation. */
const integrity = (): AnyProperty =>
  property<{ readonly decisions: Decision[] }>({
    id: "C3",
    kind: "safety",
    text: "No process decides twice (in one incarnation).",
    init: () => ({ decisions: [] }),
    on(s, event, report) {
      if (!decides(event)) return;
      report.premise();
      const decision = decisionOf(event);
      const before = s.decisions.find(
        ({ node, incarnation }) => node === decision.node && incarnation === decision.incarnation,
      );
      if (before !== undefined)
        report.violated(
          `process ${decision.node} decides ${before.value} and then ${decision.value}`,
          before.event,
          decision.event,
        );
      s.decisions.push(decision);
    },
  });

/** Uniform, and across incarnations: what a process decided before it stopped binds everybody, itself included. */
const agreement = (): AnyProperty =>
  property<{ first: Decision | null }>({
    id: "C4",
    kind: "safety",
    text: "No two processes decide differently, whether they are correct or not.",
    init: () => ({ first: null }),
    on(s, event, report) {
      if (!decides(event)) return;
      const decision = decisionOf(event);
      if (s.first === null) {
        s.first = decision;
        return;
      }
      // One decision alone cannot disagree: the second one is the premise.
      report.premise();
      const { first } = s;
      if (first.value !== decision.value)
        report.violated(
          `process ${first.node} decides ${first.value} and process ${decision.node} decides ${decision.value}`,
          first.event,
          decision.event,
        );
    },
  });

/** C2–C4: what consensus promises whatever the timing. Cachin, Guerraoui, Rodrigues 2011, module 5.2. */
export const consensusSafety = (): readonly AnyProperty[] => [validity(), integrity(), agreement()];

/** C1–C4, uniform. Cachin, Guerraoui, Rodrigues 2011, module 5.2. */
export const consensusProperties = (provided: TerminationPremise = "it proposes"): readonly AnyProperty[] => [
  termination(provided),
  ...consensusSafety(),
];
