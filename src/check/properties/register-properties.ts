import { describe, type EventId, type NodeId } from "../../model/index.ts";
import { equalContent } from "../content-equality.ts";
import { type AnyProperty, property } from "../property.ts";
import { type CasRegisterInput, type CasRegisterOutput, casRegister } from "../specifications/cas-register.ts";
import { type RegisterInput, register } from "../specifications/register.ts";
import { linearizable } from "./linearizability-properties.ts";

const answers: { readonly [request: string]: string } = { read: "readReturn", write: "writeReturn", cas: "casReturn" };

/**
 * Termination: an operation that a correct process invokes returns (ONRR1, ONAR1, NNAR1; the same for every object whose
 * requests `answersOf` maps to the indications that answer them). Cachin, Guerraoui, Rodrigues 2011, modules 4.1–4.3.
 */
export const operationTermination = (
  id: string,
  answersOf: { readonly [request: string]: string } = answers,
): AnyProperty =>
  property<{ readonly open: Map<NodeId, { readonly name: string; readonly event: EventId }> }>({
    id,
    kind: "liveness",
    text: "If a correct process invokes an operation, the operation eventually completes.",
    init: () => ({ open: new Map() }),
    on(s, { kind, node, event, name }, report) {
      if (kind === "request" && answersOf[name] !== undefined) {
        report.premise();
        s.open.set(node, { name, event });
      } else if (kind === "crash") s.open.delete(node);
      else if (kind === "indication" && answersOf[s.open.get(node)?.name ?? ""] === name) s.open.delete(node);
    },
    pending(s, { correct }) {
      for (const [node, { name, event }] of s.open) {
        if (correct.includes(node)) return `the ${name} that process ${node} invokes in event ${event} never completes`;
      }
      return null;
    },
  });

/** A write of the one writer; without `returned` it is open, and after a crash of the writer it stays so. */
interface Write {
  readonly value: unknown;
  readonly invoked: EventId;
  returned: EventId | null;
}

interface Writes {
  readonly writes: Write[];
  /** Reads under way: the call, and how many writes had returned before it. */
  readonly reads: Map<NodeId, { readonly event: EventId; readonly completed: number }>;
}

const followWrites = (
  s: Writes,
  {
    kind,
    event,
    name,
    args,
  }: { readonly kind: string; readonly event: EventId; readonly name: string; readonly args: readonly unknown[] },
): void => {
  if (kind === "request" && name === "write") s.writes.push({ value: args[0], invoked: event, returned: null });
  else if (kind === "indication" && name === "writeReturn") s.writes.at(-1)!.returned = event;
};

/**
 * Regular validity (ONRR2, ONAR2): a read returns the last value written before it, or one that is written meanwhile.
 * One writer, who writes each value once. Cachin, Guerraoui, Rodrigues 2011, module 4.1.
 */
export const regularValidity = (id: string): AnyProperty =>
  property<Writes>({
    id,
    kind: "safety",
    text: "A read that is not concurrent with a write returns the last value written; one that is, that value or the concurrent one.",
    init: () => ({ writes: [], reads: new Map() }),
    on(s, happening, report) {
      followWrites(s, happening);
      const { kind, node, event, name, args } = happening;
      if (kind === "crash") s.reads.delete(node);
      else if (kind === "request" && name === "read")
        s.reads.set(node, { event, completed: s.writes.filter(({ returned }) => returned !== null).length });
      else if (kind === "indication" && name === "readReturn") {
        const read = s.reads.get(node);
        if (read === undefined) return;
        if (read.completed > 0) report.premise();
        s.reads.delete(node);
        const last = s.writes[read.completed - 1];
        const allowed = [last?.value ?? null, ...s.writes.slice(read.completed).map(({ value }) => value)];
        if (allowed.some((value) => equalContent(value, args[0]))) return;
        report.violated(
          `process ${node} reads ${describe(args[0])}, but the last value written before was ${describe(allowed[0])}` +
            (allowed.length === 1 ? ", and nothing was written meanwhile" : ""),
          ...(last === undefined ? [] : [last.returned ?? last.invoked]),
          read.event,
          event,
        );
      }
    },
  });

/**
 * Ordering (ONAR3): no new-old inversion. If one read returns a value and a later read another, the latter was not
 * written before the former. With regular validity this is atomicity, for one writer who writes each value once.
 * Cachin, Guerraoui, Rodrigues 2011, module 4.2.
 */
export const noInversion = (id: string): AnyProperty =>
  property<
    Writes & {
      newest: { readonly written: number; readonly call: EventId; readonly event: EventId } | null;
      readonly before: Map<NodeId, number>;
    }
  >({
    id,
    kind: "safety",
    text: "If a read returns v and a subsequent read returns w, then w was not written before v.",
    init: () => ({ writes: [], reads: new Map(), newest: null, before: new Map() }),
    on(s, happening, report) {
      followWrites(s, happening);
      const { kind, node, event, name, args } = happening;
      if (kind === "request" && name === "read") {
        s.reads.set(node, { event, completed: 0 });
        s.before.set(node, s.newest?.written ?? 0);
      } else if (kind === "indication" && name === "readReturn") {
        const atLeast = s.before.get(node) ?? 0;
        if (atLeast > 0) report.premise();
        const written = s.writes.findIndex(({ value }) => equalContent(value, args[0])) + 1;
        const call = s.reads.get(node)!.event;
        if (written < atLeast)
          report.violated(
            `process ${node} reads ${describe(args[0])} after a read that returned the newer ${describe(s.writes[atLeast - 1]!.value)} was over`,
            s.newest!.call,
            s.newest!.event,
            call,
            event,
          );
        else if (written > (s.newest?.written ?? 0)) s.newest = { written, call, event };
      }
    },
  });

const inputOf = (name: string, args: readonly unknown[]): CasRegisterInput<unknown> | undefined => {
  if (name === "read") return { kind: "read" };
  if (name === "write") return { kind: "write", value: args[0] };
  return name === "cas" ? { kind: "cas", expected: args[0], value: args[1] } : undefined;
};

/** Linearizability of a read/write register that reads null before the first write (LIN; NNAR2 "atomicity"). */
export const linearizableRegister = (id = "LIN"): AnyProperty =>
  linearizable<unknown, RegisterInput<unknown>, unknown>(id, register<unknown>(null), {
    input: (name, args) => (name === "cas" ? undefined : (inputOf(name, args) as RegisterInput<unknown> | undefined)),
    output: (name, args) =>
      name === "readReturn" ? { output: args[0] } : name === "writeReturn" ? { output: undefined } : undefined,
  });

/** Linearizability of a register with compare-and-set (LIN): Herlihy 1991. */
export const linearizableCasRegister = (id = "LIN"): AnyProperty =>
  linearizable<unknown, CasRegisterInput<unknown>, CasRegisterOutput<unknown>>(id, casRegister<unknown>(null), {
    input: inputOf,
    output: (name, args) =>
      name === "readReturn" || name === "casReturn"
        ? { output: args[0] as CasRegisterOutput<unknown> }
        : name === "writeReturn"
          ? { output: undefined }
          : undefined,
  });
