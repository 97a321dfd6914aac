import type { Choices, NodeId, SystemModel } from "../model/index.ts";
import type { Behaviour, Fault, FaultBudget, PartitionForm } from "./fault.ts";

/** What a plan is drawn from. */
export interface PlanSite {
  readonly nodes: readonly NodeId[];
  readonly model: SystemModel;
  readonly f: number;
  readonly windowMs: number;
  readonly budget: FaultBudget;
}

/** A sync that takes so many times as long never ends within a run: the disk stalls. */
const stalled = 1_000_000;

/** Every behaviour of a traitor, where the budget names none. */
export const behavioursAll: readonly Behaviour[] = ["arbitrary", "silent", "equivocate", "forge", "replay"];
/** Every form of a partition, where the budget names none. */
export const formsAll: readonly PartitionForm[] = ["full", "one-way", "bridge"];

/** Draws of one concern, numbered as they are asked for. */
class PlanDraw {
  readonly #choices: Choices;
  readonly #name: string;
  readonly #which: number;
  #count = 0;

  constructor(choices: Choices, name: string, which: number) {
    this.#choices = choices;
    this.#name = name;
    this.#which = which;
  }

  below(alternatives: number): number {
    return alternatives <= 1 ? 0 : this.#choices.below(this.#name, this.#which, this.#count++, alternatives);
  }

  chance(probability: number): boolean {
    return this.#choices.chance(this.#name, this.#which, this.#count++, probability);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  /** A time in tenths of a millisecond within the window. */
  time(windowMs: number): number {
    return this.below(Math.max(1, Math.floor(windowMs * 10))) / 10;
  }
}

/** How many of each kind the dials and the budget allow. */
export const allowances = ({ model, budget, f }: PlanSite): { readonly [K in Fault["kind"]]: number } => {
  const untimely = model.timing !== "synchronous";
  const stepsTime = budget.clockSteps ?? 0;
  return {
    // A model that allows traitors, or crashes with recovery, is only met where one strikes, also one that is not borne.
    byzantine: model.nodes === "byzantine" ? (budget.traitors ?? Math.max(1, f)) : 0,
    crash: budget.crashes ?? (model.nodes === "crash-recovery" ? Math.max(1, f) : f),
    partition: untimely ? (budget.partitions ?? 1) : 0,
    pause: untimely ? (budget.pauses ?? 1) : 0,
    slow: untimely ? (budget.slowNodes ?? 1) : 0,
    "slow-disk": untimely ? (budget.slowDisks ?? (model.nodes === "crash-recovery" ? 1 : 0)) : 0,
    "full-disk": model.nodes === "crash-recovery" ? (budget.fullDisks ?? 0) : 0,
    "clock-step": stepsTime,
    "clock-drift": budget.clockDrifts ?? 0,
    "leap-second": budget.leapSeconds ?? 0,
  };
};

const drawPartition = (site: PlanSite, draw: PlanDraw, at: number, until: number): Fault => {
  const form = draw.pick(site.budget.forms ?? formsAll);
  // The bridge stands on both sides: it hears everybody, the others only their half.
  const sides = site.nodes.map((node) => ({ node, left: draw.chance(0.5) }));
  const left = sides.filter(({ left: isLeft }) => isLeft).map(({ node }) => node);
  const right = sides.filter(({ left: isLeft }) => !isLeft).map(({ node }) => node);
  if (left.length === 0) left.push(right.shift()!);
  if (right.length === 0) right.push(left.shift()!);
  if (form !== "bridge" || site.nodes.length < 3)
    return { kind: "partition", at, until, form: form === "bridge" ? "full" : form, left, right };
  const bridge = (left.length >= right.length ? left : right).shift()!;
  return { kind: "partition", at, until, form, left: [...left, bridge], right: [...right, bridge] };
};

const drawCrash = (site: PlanSite, draw: PlanDraw, at: number, node: NodeId): Fault => {
  const outputs = draw.chance(0.5) ? { outputs: draw.below(site.nodes.length + 1) } : {};
  if (site.model.nodes !== "crash-recovery") return { kind: "crash", at, node, ...outputs };
  return {
    kind: "crash",
    at,
    node,
    ...outputs,
    recoverAt: at + 1 + draw.time(site.budget.downMsMax ?? site.windowMs / 2),
  };
};

/** Who can be struck: where nodes only stop, and for traitors, each node once. */
const victimsOf = (kind: Fault["kind"], site: PlanSite): NodeId[] =>
  [...(site.budget.candidates ?? site.nodes)].filter((node) => kind !== "leap-second" || node === 0);

const drawFault = (kind: Fault["kind"], site: PlanSite, draw: PlanDraw, victims: NodeId[]): Fault => {
  const { windowMs, budget } = site;
  const at = draw.time(windowMs);
  // After the window progress is owed: a fault that went on would break a promise of the model.
  const until = Math.min(at + 1 + draw.time(windowMs / 2), windowMs);
  const victim = draw.below(victims.length);
  const node = victims[victim]!;
  if (kind === "byzantine" || (kind === "crash" && site.model.nodes !== "crash-recovery")) victims.splice(victim, 1);
  switch (kind) {
    case "byzantine":
      return { kind, at: 0, node, behaviour: draw.pick(budget.behaviours ?? behavioursAll) };
    case "crash":
      return drawCrash(site, draw, at, node);
    case "partition":
      return drawPartition(site, draw, at, until);
    case "pause":
      return { kind, at, until, node };
    case "slow":
      return { kind, at, until, node, factor: 2 + draw.below(9) };
    case "slow-disk":
      return { kind, at, until, node, factor: draw.chance(0.2) ? stalled : 2 + draw.below(49) };
    case "full-disk":
      return { kind, at, until, node };
    case "clock-step":
      return { kind, at, node, byMs: (draw.chance(0.5) ? -1 : 1) * (1 + draw.below(budget.clockStepMsMax ?? 2_000)) };
    case "clock-drift":
      return {
        kind,
        at,
        node,
        partsPerMillion: (draw.chance(0.5) ? -1 : 1) * (1 + draw.below(budget.driftPartsPerMillionMax ?? 500)),
      };
    case "leap-second":
      return { kind, at };
  }
};

/** Order is part of the draws: a new kind goes to the end. */
export const faultKinds: readonly Fault["kind"][] = [
  "byzantine",
  "crash",
  "partition",
  "pause",
  "slow",
  "slow-disk",
  "full-disk",
  "clock-step",
  "clock-drift",
  "leap-second",
];

/**
 * Draws a plan within the budget: first which kinds strike this run at all (runs that mix everything hide what one fault
 * alone would show), then how often, then when and whom. Each fault is a decision of its own that an edit can take away.
 */
export const drawPlan = (choices: Choices, site: PlanSite): Fault[] => {
  const plan: Fault[] = [];
  const allowed = allowances(site);
  const gone: NodeId[] = [];
  faultKinds.forEach((kind, number) => {
    if (
      allowed[kind] <= 0 ||
      !choices.chance("swarm", number, 0, kind === "byzantine" || kind === "crash" ? 0.75 : 0.4)
    )
      return;
    const victims = victimsOf(kind, site).filter((node) => !gone.includes(node));
    for (let count = 0; count < allowed[kind] && victims.length > 0; count++) {
      if (!choices.chance("fault", number, count, 0.75)) continue;
      const fault = drawFault(kind, site, new PlanDraw(choices, kind, count), victims);
      plan.push(fault);
      // A traitor counts against the same f as a node that stops for good.
      if (kind === "byzantine" && "node" in fault) gone.push(fault.node);
    }
  });
  return withinBudget(plan, site).sort((a, b) => a.at - b.at);
};

/** Traitors and crashes for good together are at most f, where the scenario counts them against one f. */
const withinBudget = (plan: readonly Fault[], { model, f, budget }: PlanSite): Fault[] => {
  if (model.nodes !== "byzantine" || budget.crashes !== undefined) return [...plan];
  let left = Math.max(1, f);
  return plan.filter((fault) => (fault.kind !== "byzantine" && fault.kind !== "crash") || left-- > 0);
};
