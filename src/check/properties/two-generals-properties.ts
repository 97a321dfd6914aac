import { type AnyProperty, property } from "../property.ts";

interface Decision {
  readonly attacks: boolean;
  readonly event: number;
}

const decisionOf = (kind: string, name: string, event: number): Decision | null =>
  kind === "indication" && (name === "attack" || name === "stay") ? { attacks: name === "attack", event } : null;

/**
 * TG1: attack₁ ⇔ attack₂. Kleppmann, Distributed Systems, lecture 2; with "if no messenger is lost, both attack" it is
 * what no finite protocol has on links that lose messages.
 */
export const attackTogether: AnyProperty = property<{ readonly decisions: (Decision | null)[] }>({
  id: "TG1",
  kind: "safety",
  text: "One general attacks if and only if the other attacks.",
  init: ({ nodes }) => ({ decisions: nodes.map(() => null) }),
  on(s, { kind, node, event, name }, report) {
    const decision = decisionOf(kind, name, event);
    if (decision === null) return;
    s.decisions[node] = decision;
    const other = s.decisions[1 - node];
    if (other === null || other === undefined) return;
    report.premise();
    if (other.attacks !== decision.attacks)
      report.violated(
        `general ${decision.attacks ? node + 1 : 2 - node} attacks alone and is defeated`,
        other.event,
        decision.event,
      );
  },
});

/** TG2: a protocol that tries. Stated where no messenger is lost. */
export const attackIfNobodyIsCaught: AnyProperty = property<Record<never, never>>({
  id: "TG2",
  kind: "safety",
  text: "If no messenger is caught, both generals attack.",
  init: () => ({}),
  on(_s, { kind, node, event, name }, report) {
    const decision = decisionOf(kind, name, event);
    if (decision === null) return;
    report.premise();
    if (!decision.attacks) report.violated(`general ${node + 1} stays though every messenger arrived`, event);
  },
});

/** TG3: the protocol is finite, so each general has decided when the agreed time is over. */
export const everyGeneralDecides: AnyProperty = property<{ readonly undecided: Set<number> }>({
  id: "TG3",
  kind: "liveness",
  text: "Each general who is alive decides at the agreed time.",
  init: ({ nodes }) => ({ undecided: new Set(nodes) }),
  on(s, { kind, node, event, name }, report) {
    if (decisionOf(kind, name, event) === null) return;
    report.premise();
    s.undecided.delete(node);
  },
  pending(s, { correct }) {
    const late = correct.find((node) => s.undecided.has(node));
    return late === undefined ? null : `general ${late + 1} never decides`;
  },
});
