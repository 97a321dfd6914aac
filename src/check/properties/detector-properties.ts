import type { NodeId } from "../../model/index.ts";
import { type AnyProperty, property } from "../property.ts";

/** Whom each process suspects now: by process, the suspected with the event of the suspicion. */
type Suspicions = Map<NodeId, Map<NodeId, number>>;

const suspectedBy = (suspicions: Suspicions, node: NodeId): Map<NodeId, number> => {
  const suspected = suspicions.get(node) ?? new Map<NodeId, number>();
  suspicions.set(node, suspected);
  return suspected;
};

/**
 * Strong completeness: who crashed is in the end suspected by every correct process, for good (PFD1; EPFD1). Watches
 * `crash` of a perfect detector, `suspect` and `restore` of an eventually perfect one. Cachin, Guerraoui, Rodrigues 2011,
 * modules 2.6 and 2.8.
 */
export const strongCompleteness = (id: string): AnyProperty =>
  property<{ readonly nodes: readonly NodeId[]; readonly crashed: Set<NodeId>; readonly suspicions: Suspicions }>({
    id,
    kind: "liveness",
    text: "Eventually every process that crashes is permanently suspected by every correct process.",
    init: ({ nodes }) => ({ nodes, crashed: new Set(), suspicions: new Map() }),
    on(s, { kind, node, event, name, args }, report) {
      if (kind === "crash") {
        report.premise();
        s.crashed.add(node);
      } else if (kind === "recover") {
        s.crashed.delete(node);
        s.suspicions.delete(node);
      } else if (kind === "indication") {
        if (name === "crash" || name === "suspect") suspectedBy(s.suspicions, node).set(args[0] as NodeId, event);
        else if (name === "restore") suspectedBy(s.suspicions, node).delete(args[0] as NodeId);
      }
    },
    pending(s, { correct }) {
      for (const crashed of s.crashed) {
        for (const node of correct)
          if (!suspectedBy(s.suspicions, node).has(crashed))
            return `process ${node} does not suspect process ${crashed}, which crashed`;
      }
      return null;
    },
  });

/** Strong accuracy: nobody is detected who has not crashed (PFD2). Cachin, Guerraoui, Rodrigues 2011, module 2.6. */
export const strongAccuracy = (id: string): AnyProperty =>
  property<{ readonly crashed: Set<NodeId> }>({
    id,
    kind: "safety",
    text: "If a process p is detected by any process, then p has crashed.",
    init: () => ({ crashed: new Set() }),
    on(s, { kind, node, event, name, args }, report) {
      if (kind === "crash") s.crashed.add(node);
      else if (kind === "recover") s.crashed.delete(node);
      else if (kind === "indication" && name === "crash") {
        report.premise();
        if (!s.crashed.has(args[0] as NodeId))
          report.violated(`process ${node} detects process ${String(args[0])}, which is alive`, event);
      }
    },
  });

/** A suspicion of a process that was alive. */
interface Mistake {
  readonly by: NodeId;
  readonly of: NodeId;
  readonly event: number;
  readonly at: number;
}

/**
 * Eventual strong accuracy: from some time on no correct process is suspected by a correct one (EPFD2). "From some time
 * on" is bounded here: at the end of the run, and for `calmMs` before it, there must be no such suspicion. Cachin,
 * Guerraoui, Rodrigues 2011, module 2.8.
 */
export const eventualStrongAccuracy = (id: string, calmMs = 1_000): AnyProperty =>
  property<{ readonly crashed: Set<NodeId>; readonly suspicions: Suspicions; mistakes: Mistake[] }>({
    id,
    kind: "liveness",
    lasting: true,
    text: "Eventually no correct process is suspected by any correct process.",
    init: () => ({ crashed: new Set(), suspicions: new Map(), mistakes: [] }),
    on(s, { kind, node, event, at, name, args }, report) {
      const other = args[0] as NodeId;
      if (kind === "crash") s.crashed.add(node);
      else if (kind === "recover") {
        s.crashed.delete(node);
        s.suspicions.delete(node);
      } else if (kind === "indication" && name === "suspect") {
        suspectedBy(s.suspicions, node).set(other, event);
        if (s.crashed.has(other)) return;
        report.premise();
        s.mistakes = s.mistakes.filter((mistake) => mistake.at > at - calmMs);
        s.mistakes.push({ by: node, of: other, event, at });
      } else if (kind === "indication" && name === "restore") suspectedBy(s.suspicions, node).delete(other);
    },
    pending(s, { correct, at }) {
      for (const by of correct) {
        for (const [of, event] of suspectedBy(s.suspicions, by))
          if (correct.includes(of))
            return `process ${by} suspects process ${of}, which is correct, since event ${event} and to the end`;
      }
      const late = s.mistakes.find(
        (mistake) => mistake.at > at - calmMs && correct.includes(mistake.by) && correct.includes(mistake.of),
      );
      if (late === undefined) return null;
      return `process ${late.by} still suspects process ${late.of}, which is correct, in event ${late.event}, ${Math.round(at - late.at)} ms before the end`;
    },
  });
