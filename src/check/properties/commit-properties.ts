import { type AnyProperty, type PropertyEvent, property } from "../property.ts";

interface Decided {
  readonly node: number;
  readonly decision: string;
  readonly event: number;
}

const decisionIn = ({ kind, name, args }: PropertyEvent): { transaction: number; decision: string } | null =>
  kind === "indication" && name === "decide" ? { transaction: args[0] as number, decision: args[1] as string } : null;

/**
 * Agreement (AC1, NBAC5): no two decisions on one transaction differ, whoever takes them, and whether or not it crashed
 * in between: no decision is taken back. Cachin, Guerraoui, Rodrigues 2011, module 6.8.
 */
export const commitAgreement = (id: string): AnyProperty =>
  property<{ readonly decided: Map<number, Decided> }>({
    id,
    kind: "safety",
    text: "No two processes decide differently on a transaction, and none takes its decision back.",
    init: () => ({ decided: new Map() }),
    on(s, observed, report) {
      const { node, event } = observed;
      const found = decisionIn(observed);
      if (found === null) return;
      const { transaction, decision } = found;
      const first = s.decided.get(transaction);
      if (first === undefined) s.decided.set(transaction, { node, decision, event });
      else {
        if (first.node !== node) report.premise();
        if (first.decision !== decision)
          report.violated(
            `transaction ${transaction}: process ${first.node} decides ${first.decision}, process ${node} ${decision}`,
            first.event,
            event,
          );
      }
    },
  });

/** Commit-validity (AC2, NBAC3): a transaction commits only if every participant voted yes. */
export const commitValidity = (id: string, participants: readonly number[]): AnyProperty =>
  property<{ readonly yes: Map<number, number[]> }>({
    id,
    kind: "safety",
    text: "A transaction commits only if every participant voted yes.",
    init: () => ({ yes: new Map() }),
    on(s, observed, report) {
      const { kind, node, event, name, args } = observed;
      if (kind === "request" && name === "vote" && args[1] === "yes")
        s.yes.set(args[0] as number, [...(s.yes.get(args[0] as number) ?? []), node]);
      const found = decisionIn(observed);
      if (found?.decision !== "commit") return;
      report.premise();
      const yes = s.yes.get(found.transaction) ?? [];
      const missing = participants.find((participant) => !yes.includes(participant));
      if (missing !== undefined)
        report.violated(
          `process ${node} commits transaction ${found.transaction}, for which process ${missing} never voted yes`,
          event,
        );
    },
  });

/**
 * Abort-validity (AC3, NBAC2): a transaction aborts only for a reason: somebody voted no, crashed, or waited for longer
 * than it was ready to (`gaveUp`). Without it "always abort" would be a correct protocol.
 */
export const abortValidity = (id: string): AnyProperty =>
  property<{ readonly refused: Set<number>; crashes: number }>({
    id,
    kind: "safety",
    text: "A transaction aborts only if a participant voted no, a process crashed, or one gave up waiting.",
    init: () => ({ refused: new Set(), crashes: 0 }),
    on(s, observed, report) {
      const { kind, node, event, name, args } = observed;
      if (kind === "crash") s.crashes++;
      if (kind === "request" && name === "vote" && args[1] === "no") s.refused.add(args[0] as number);
      if (kind === "indication" && name === "gaveUp") s.refused.add(args[0] as number);
      const found = decisionIn(observed);
      if (found?.decision !== "abort") return;
      report.premise();
      if (!s.refused.has(found.transaction) && s.crashes === 0)
        report.violated(`process ${node} aborts transaction ${found.transaction} for no reason`, event);
    },
  });

interface Owing {
  readonly nodes: readonly number[];
  /** Decisions that were indicated, by process and transaction: a vote that comes later is owed nothing. */
  readonly decided: Set<string>;
  readonly open: Map<string, { readonly node: number; readonly transaction: number; readonly inDoubt: boolean }>;
}

const watchOpen = (s: Owing, observed: PropertyEvent, report: { premise(): void }): void => {
  const { kind, node, name, args } = observed;
  // What had not reached the disk when a process crashed is not owed; what had it says itself: it is in doubt.
  if (kind === "crash") for (const [key, open] of s.open) if (open.node === node) s.open.delete(key);
  const key = `${node}/${String(args[0])}`;
  const isVote = kind === "request" && (name === "vote" || name === "commit") && !s.decided.has(key);
  const isDoubt = kind === "indication" && name === "inDoubt";
  if (isVote || isDoubt) {
    report.premise();
    s.open.set(key, { node, transaction: args[0] as number, inDoubt: isDoubt });
  }
  if (kind === "indication" && name === "decide") {
    s.open.delete(key);
    s.decided.add(key);
  }
};

const openAt = (s: Owing, correct: readonly number[]): string | null => {
  for (const { node, transaction, inDoubt } of s.open.values()) {
    if (correct.includes(node))
      return `process ${node} never decides on transaction ${transaction}${inDoubt ? ": it stays in doubt" : ""}`;
  }
  return null;
};

/**
 * Termination once all failures are repaired (AC4): when every process is up, every process decides. It is all that
 * two-phase commit promises. Bernstein, Hadzilacos, Goodman 1987, 7.3, AC5.
 */
export const commitTermination = (id: string): AnyProperty =>
  property<Owing>({
    id,
    kind: "liveness",
    text: "If all processes are up from some time on, every process that took part decides.",
    init: ({ nodes }) => ({ nodes, decided: new Set(), open: new Map() }),
    on: watchOpen,
    pending: (s, { correct }) => (correct.length === s.nodes.length ? openAt(s, correct) : null),
  });

/**
 * Termination in spite of crashes (NBAC1): every correct process decides, also if others never recover. Two-phase
 * commit does not promise it: it blocks. Cachin, Guerraoui, Rodrigues 2011, module 6.8.
 */
export const nonBlocking = (id: string): AnyProperty =>
  property<Owing>({
    id,
    kind: "liveness",
    text: "Every correct process that took part eventually decides, whoever else is down.",
    init: ({ nodes }) => ({ nodes, decided: new Set(), open: new Map() }),
    on: watchOpen,
    pending: (s, { correct }) => openAt(s, correct),
  });

/** Integrity (NBAC4): no process decides twice on a transaction. Cachin, Guerraoui, Rodrigues 2011, module 6.8. */
export const commitIntegrity = (id: string): AnyProperty =>
  property<{ readonly decided: Map<string, number> }>({
    id,
    kind: "safety",
    text: "No process decides twice on a transaction.",
    init: () => ({ decided: new Map() }),
    on(s, observed, report) {
      const { node, event } = observed;
      const found = decisionIn(observed);
      if (found === null) return;
      report.premise();
      const key = `${node}/${found.transaction}`;
      const before = s.decided.get(key);
      if (before !== undefined)
        report.violated(`process ${node} decides twice on transaction ${found.transaction}`, before, event);
      s.decided.set(key, event);
    },
  });
