import { describe, type EventId, type NodeId } from "../../model/index.ts";
import { equalContent } from "../content-equality.ts";
import { type AnyProperty, property } from "../property.ts";

interface Turn {
  readonly command: unknown;
  readonly event: EventId;
}

/**
 * Agreement: all replicas apply the same commands in the same order; one may be ahead of another (RSM1). Watches
 * `applied(command, result, stateHash)`. Cachin, Guerraoui, Rodrigues 2011, module 6.2.
 */
export const sameCommandOrder = (id = "RSM1"): AnyProperty =>
  property<{ readonly turns: Map<NodeId, Turn[]> }>({
    id,
    kind: "safety",
    text: "All replicas apply the same commands in the same order.",
    init: () => ({ turns: new Map() }),
    on(s, { kind, node, event, name, args }, report) {
      if (kind === "crash") s.turns.delete(node);
      if (kind !== "indication" || name !== "applied") return;
      const own = s.turns.get(node) ?? [];
      const turn: Turn = { command: args[0], event };
      s.turns.set(node, [...own, turn]);
      for (const [other, turns] of s.turns) {
        const there = turns[own.length];
        if (other === node || there === undefined) continue;
        report.premise();
        if (equalContent(there.command, turn.command)) continue;
        report.violated(
          `command ${own.length + 1} is ${describe(there.command)} at process ${other} and ${describe(turn.command)} at process ${node}`,
          there.event,
          event,
        );
      }
    },
  });

/**
 * The same commands in the same order give the same state (SMR1): what breaks it is an `apply` that looks at anything
 * else, a clock, chance, the order of a map. Watches `applied(command, result, stateHash)`. Schneider 1990.
 */
export const sameState = (id = "SMR1"): AnyProperty =>
  property<{
    readonly commands: Map<NodeId, string>;
    readonly states: Map<string, { readonly node: NodeId; readonly hash: unknown; readonly event: EventId }>;
  }>({
    id,
    kind: "safety",
    text: "Replicas that applied the same commands in the same order have the same state.",
    init: () => ({ commands: new Map(), states: new Map() }),
    on(s, { kind, node, event, name, args }, report) {
      if (kind === "crash") s.commands.delete(node);
      if (kind !== "indication" || name !== "applied") return;
      const commands = `${s.commands.get(node) ?? ""};${describe(args[0], 10_000)}`;
      s.commands.set(node, commands);
      const first = s.states.get(commands);
      if (first === undefined) s.states.set(commands, { node, hash: args[2], event });
      else {
        report.premise();
        if (first.hash === args[2]) return;
        report.violated(
          `after the same commands the state of process ${first.node} has hash ${String(first.hash)} and that of process ${node} has ${String(args[2])}`,
          first.event,
          event,
        );
      }
    },
  });

/**
 * No replica is left behind: a command that a correct replica applies is eventually applied by all correct replicas
 * (RSM3, ours: the part of the book's agreement that speaks of what must happen). Watches `applied`.
 */
export const everybodyApplies = (id = "RSM3"): AnyProperty =>
  property<Map<NodeId, number>>({
    id,
    kind: "liveness",
    text: "A command that a correct replica applies is eventually applied by every correct replica.",
    init: () => new Map(),
    on(s, { kind, node, name }, report) {
      if (kind === "crash") s.delete(node);
      if (kind !== "indication" || name !== "applied") return;
      report.premise();
      s.set(node, (s.get(node) ?? 0) + 1);
    },
    pending(s, { correct }) {
      const counts = correct.map((node) => s.get(node) ?? 0);
      const most = Math.max(0, ...counts);
      const behind = counts.findIndex((count) => count < most);
      if (behind < 0) return null;
      return `process ${correct[behind]} never applies command ${counts[behind]! + 1}, which another correct process applied`;
    },
  });
