import { programOf } from "../model/index.ts";
import type { FaultBudget } from "./fault.ts";
import { allowances, behavioursAll, formsAll } from "./fault-plan.ts";
import type { Prepared } from "./prepare.ts";

const ofTheNetwork = ({ model, dials }: Prepared): readonly string[] => {
  if (model.network === "reliable") return [];
  return [
    ...(dials.loss > 0 ? ["loss"] : []),
    ...(dials.duplication > 0 ? ["duplicate"] : []),
    ...(dials.bandwidth > 0 && dials.queueMax > 0 ? ["queue full"] : []),
    ...(model.network === "arbitrary" && dials.forgery > 0 ? ["forgery"] : []),
    ...(model.network === "arbitrary" && dials.severance > 0 ? ["severed"] : []),
  ];
};

const ofPartitions = (n: number, { forms = formsAll }: FaultBudget): readonly string[] => {
  // Of two processes neither can be a bridge.
  const drawn = n < 3 ? forms.map((form) => (form === "bridge" ? "full" : form)) : forms;
  return n < 2 ? [] : [...new Set(drawn.map((form) => `${form} partition`)), "partition cut"];
};

/**
 * Every fault that a scenario declares, by the names under which a campaign counts what struck: all that its model, its
 * dials and its budget allow. One that strikes in none of its runs is declared in vain.
 */
export const declaredFaults = (prepared: Prepared): readonly string[] => {
  const { setup, model } = prepared;
  const { f = 0, faults: budget = {}, processes } = setup;
  const nodes = processes.map((_, id) => id);
  const allowed = allowances({ nodes, model, f, budget, windowMs: 0 });
  const programs = processes.map(({ stack }) => programOf(stack));
  const writes = programs.some((program) => program.writes);
  const sends = programs.some(({ channels }) => channels.names.length > 0);
  const recovers = model.nodes === "crash-recovery" && allowed.crash > 0;
  const where = (declared: boolean, ...names: readonly string[]): readonly string[] => (declared ? names : []);
  return [
    ...where(sends, ...ofTheNetwork(prepared)),
    ...where(allowed.byzantine > 0, ...(budget.behaviours ?? behavioursAll).map((behaviour) => `traitor ${behaviour}`)),
    ...where(allowed.crash > 0, "crash"),
    ...where(recovers, "recovery"),
    ...where(recovers && writes, "unsynced write lost"),
    ...where(recovers && budget.writes === "separate", "step torn apart"),
    ...where(sends && budget.deafens === true && f > 0, "deaf for good"),
    ...where(allowed["full-disk"] > 0, "failed write"),
    ...where(allowed["slow-disk"] > 0 && writes, "slow-disk"),
    ...where(allowed.partition > 0 && sends, ...ofPartitions(nodes.length, budget)),
    ...(["pause", "slow", "clock-step", "clock-drift", "leap-second"] as const).filter((kind) => allowed[kind] > 0),
  ];
};
