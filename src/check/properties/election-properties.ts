import type { NodeId } from "../../model/index.ts";
import { type AnyProperty, property } from "../property.ts";

/** Who was named leader where and when. */
interface Naming {
  readonly by: NodeId;
  readonly leader: NodeId;
  readonly event: number;
  readonly at: number;
}

/** Eventual detection: some correct process is in the end elected (LE1). Cachin, Guerraoui, Rodrigues 2011, module 2.7. */
export const eventualDetection = (id: string): AnyProperty =>
  property<{ readonly leaderOf: Map<NodeId, NodeId> }>({
    id,
    kind: "liveness",
    text: "Either there is no correct process, or some correct process is eventually elected as the leader.",
    init: () => ({ leaderOf: new Map() }),
    on(s, { kind, node, name, args }, report) {
      if (kind !== "indication" || name !== "leader") return;
      report.premise();
      s.leaderOf.set(node, args[0] as NodeId);
    },
    pending(s, { correct }) {
      const without = correct.find((node) => !correct.includes(s.leaderOf.get(node) ?? -1));
      return without === undefined ? null : `process ${without} has no correct process for its leader`;
    },
  });

/**
 * Accuracy: leaders before this one have crashed (LE2). Elections are told to each process by itself, and a slow one may
 * still hear of a leader that crashed since; so the clause is about what one process was told, and, where a process is
 * told to lead itself, about what anybody was told before. Cachin, Guerraoui, Rodrigues 2011, module 2.7.
 */
export const leaderAccuracy = (id: string): AnyProperty =>
  property<{ readonly crashed: Set<NodeId>; readonly elected: Naming[] }>({
    id,
    kind: "safety",
    text: "If a process is leader, then all previously elected leaders have crashed.",
    init: () => ({ crashed: new Set(), elected: [] }),
    on(s, { kind, node, event, at, name, args }, report) {
      if (kind === "crash") s.crashed.add(node);
      if (kind !== "indication" || name !== "leader") return;
      report.premise();
      const leader = args[0] as NodeId;
      const before = s.elected.find(
        (naming) =>
          naming.leader !== leader && !s.crashed.has(naming.leader) && (naming.by === node || node === leader),
      );
      if (before !== undefined)
        report.violated(
          `process ${node} elects process ${leader} while process ${before.leader}, which process ${before.by} elected before, is alive`,
          before.event,
          event,
        );
      s.elected.push({ by: node, leader, event, at });
    },
  });

/** Eventual accuracy: every correct process ends up trusting a correct one (ELD1). CGR 2011, module 2.9. */
export const eventualAccuracy = (id: string): AnyProperty =>
  property<{ readonly trusted: Map<NodeId, NodeId> }>({
    id,
    kind: "liveness",
    lasting: true,
    text: "There is a time after which every correct process trusts some correct process.",
    init: () => ({ trusted: new Map() }),
    on(s, { kind, node, name, args }, report) {
      if (kind !== "indication" || name !== "trust") return;
      report.premise();
      s.trusted.set(node, args[0] as NodeId);
    },
    pending(s, { correct }) {
      const astray = correct.find((node) => !correct.includes(s.trusted.get(node) ?? -1));
      if (astray === undefined) return null;
      return `process ${astray} trusts ${s.trusted.has(astray) ? `process ${String(s.trusted.get(astray))}, which is not correct` : "nobody"}`;
    },
  });

/**
 * Eventual agreement: no two correct processes end up trusting different correct ones (ELD2). "From some time on" is
 * bounded here: in the last `calmMs` of the run nobody changes his mind, or leaders alternate for ever. CGR 2011, 2.9.
 */
export const eventualAgreement = (id: string, calmMs = 1_000): AnyProperty =>
  property<{ readonly trusted: Map<NodeId, Naming>; changes: Naming[] }>({
    id,
    kind: "liveness",
    lasting: true,
    text: "There is a time after which no two correct processes trust different correct processes.",
    init: () => ({ trusted: new Map(), changes: [] }),
    on(s, { kind, node, event, at, name, args }, report) {
      if (kind !== "indication" || name !== "trust") return;
      const naming: Naming = { by: node, leader: args[0] as NodeId, event, at };
      for (const other of s.trusted.values()) if (other.leader !== naming.leader) report.premise();
      if (s.trusted.has(node)) s.changes = [...s.changes.filter((change) => change.at > at - calmMs), naming];
      s.trusted.set(node, naming);
    },
    pending(s, { correct, at }) {
      const namings = [...s.trusted.values()].filter(
        ({ by, leader }) => correct.includes(by) && correct.includes(leader),
      );
      const [first] = namings;
      const other = namings.find(({ leader }) => leader !== first?.leader);
      if (first !== undefined && other !== undefined)
        return `process ${first.by} trusts process ${first.leader}, process ${other.by} trusts process ${other.leader}`;
      const late = s.changes.find((change) => change.at > at - calmMs && correct.includes(change.by));
      if (late === undefined) return null;
      return `process ${late.by} still changes its leader, to process ${late.leader} in event ${late.event}, ${Math.round(at - late.at)} ms before the end`;
    },
  });
