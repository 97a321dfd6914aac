import type { EventId, NodeId } from "../../model/index.ts";
import { HistoryBuilder } from "../history.ts";
import { checkLinearizability } from "../linearizability.ts";
import { type AnyProperty, property } from "../property.ts";
import type { Specification } from "../specification.ts";

/** How requests and indications of a port are operations of an object. */
export interface Operations<Input, Output> {
  /** What a request asks of the object; undefined for a request that is none of its operations. */
  readonly input: (name: string, args: readonly unknown[]) => Input | undefined;
  /**
   * What an indication answers; undefined for an indication that answers no operation. An operation that failed may have
   * been `without effect`, now and for ever, or nobody knows: `maybe`.
   */
  readonly output: (
    name: string,
    args: readonly unknown[],
  ) => { readonly output: Output | undefined } | "without effect" | "maybe" | undefined;
}

/** A call, an answer, or the end of a process's life, in the order in which they happen. */
type Step<Input, Output> =
  | {
      readonly kind: "call";
      readonly node: NodeId;
      readonly input: Input;
      readonly event: EventId;
    }
  | {
      readonly kind: "answer";
      readonly node: NodeId;
      readonly output: Output | undefined;
      readonly event: EventId;
    }
  | { readonly kind: "crash"; readonly node: NodeId }
  /** The open operation certainly had no effect. */
  | { readonly kind: "discard"; readonly node: NodeId };

const historyOf = <Input, Output>(steps: readonly Step<Input, Output>[]): HistoryBuilder<Input, Output> => {
  const builder = new HistoryBuilder<Input, Output>();
  // Events order a history; no time is looked at, so that a search without time can check it too.
  for (const step of steps) {
    if (step.kind === "call") builder.invoke(step.node, step.input, step.event, step.event);
    else if (step.kind === "answer") builder.complete(step.node, step.output, step.event, step.event);
    else if (step.kind === "discard") builder.discard(step.node);
    else builder.crash(step.node);
  }
  return builder;
};

/**
 * Calls that follow each other without an answer between them may come in any order, and so may answers without a call
 * between them: what precedes what is the same. So each run of them is put in the order of the processes.
 */
const canonicalSteps = <Input, Output>(steps: readonly Step<Input, Output>[]): Step<Input, Output>[] => {
  const events = steps.flatMap((step) => ("event" in step ? [step.event] : [])).sort((a, b) => a - b);
  const sorted: Step<Input, Output>[] = [];
  for (const step of steps) {
    let at = sorted.length;
    while (at > 0 && sorted[at - 1]!.kind === step.kind && sorted[at - 1]!.node > step.node) at--;
    sorted.splice(at, 0, step);
  }
  let next = 0;
  return sorted.map((step) => ("event" in step ? { ...step, event: events[next++]! } : step));
};

/**
 * Linearizability of whatever object a port offers (Herlihy and Wing 1990): every operation seems to take effect at one
 * moment between its call and its answer. One operation at a time is open at a process; the open one of a process that
 * crashes may have taken effect, may yet, or never does. The events at fault are those of a smallest part of the history
 * that no order explains.
 */
export const linearizable = <State, Input, Output>(
  id: string,
  specification: Specification<State, Input, Output>,
  operations: Operations<Input, Output>,
): AnyProperty =>
  property<{ readonly steps: Step<Input, Output>[]; readonly open: Set<NodeId> }>({
    id,
    kind: "safety",
    text: `Every operation on the ${specification.name} seems to take effect at one moment between its call and its answer.`,
    init: () => ({ steps: [], open: new Set() }),
    canonical: ({ steps, open }) => ({
      steps: canonicalSteps(steps),
      open: new Set([...open].sort((a, b) => a - b)),
    }),
    on(s, { kind, node, event, name, args }, report) {
      if (kind === "crash") {
        s.open.delete(node);
        s.steps.push({ kind: "crash", node });
      } else if (kind === "request") {
        const input = operations.input(name, args);
        if (input === undefined) return;
        s.open.add(node);
        s.steps.push({ kind: "call", node, input, event });
      } else if (kind === "indication" && s.open.has(node)) {
        const answer = operations.output(name, args);
        if (answer === undefined) return;
        report.premise();
        s.open.delete(node);
        if (answer === "without effect") s.steps.push({ kind: "discard", node });
        // It stays open for ever, as that of a process that crashed; the process goes on.
        else if (answer === "maybe") s.steps.push({ kind: "crash", node });
        else s.steps.push({ kind: "answer", node, output: answer.output, event });
      }
    },
    end(s, _prospect, report) {
      const verdict = checkLinearizability(historyOf(s.steps).history(), specification);
      if (verdict.verdict === "unknown") throw new Error(`the history was too hard to decide: ${verdict.reason}`);
      if (verdict.verdict !== "violated") return;
      const events = verdict.culprit.operations.flatMap(({ invokeEvent, returnEvent }) =>
        [invokeEvent, returnEvent].filter((event) => event !== undefined),
      );
      report.violated(verdict.culprit.sentence, ...events);
    },
  });
